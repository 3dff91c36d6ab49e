"""Processes of a sweep: Dask workers here and on Slurm, their certificates, schedulers of the user."""
