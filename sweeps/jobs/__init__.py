"""Batch jobs: scripts for Slurm and PBS, the queue, the rank of a task, compiling ahead."""
