"""The run of a sweep: its plan, its batches, its executors, and the runs that kill a process."""
