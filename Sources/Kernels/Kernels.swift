// Kernels: see Sources/README.md.
