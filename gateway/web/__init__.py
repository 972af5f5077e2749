"""The pages: what a receipt link shows and does, the demo's mail, health. Rendered here, alive without script."""
