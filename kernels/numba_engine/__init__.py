"""The numba engine: the graph of the rules printed as LLVM, compiled, and run on all cores."""
