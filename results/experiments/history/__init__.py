"""The experiments themselves, one TOML file each, named like the experiment."""
