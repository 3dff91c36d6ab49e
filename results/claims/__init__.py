"""The claims of the debate: designs, contrasts, verdicts, what decides them, phase diagrams."""
