"""Mesa agents and their model: ministers, managers and clinicians who follow the rules one by one."""
