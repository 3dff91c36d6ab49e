"""The experiments of the claims: the points of a design with arms, and its stores with further replicates joined."""
