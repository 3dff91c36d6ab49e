"""Text that comes in and goes out: names, numbers, tables, lines of logs."""
