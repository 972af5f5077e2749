"""Every way in: mail (`smtp`) and drop folders (`folder`), and `reading`, which tells what came in.

A watcher finds things and hands each to `take`; it knows no rule, number or table. Reading never raises: what cannot
be read becomes a defect of the reading.
"""
