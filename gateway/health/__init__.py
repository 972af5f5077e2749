"""How the running house is: one value, made in one place, for `status`, `/livez`, the home page, the log and systemd.

`values` are the facts, `troubles` what is wrong by them; `gauge` measures what may block, `pulse` puts it all together;
`sentinel` watches, hears signals and answers other processes through `hatch`.
"""
