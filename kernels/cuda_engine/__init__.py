"""The CUDA engine: the graph of the rules printed as C, compiled, laid out in memory and launched."""
