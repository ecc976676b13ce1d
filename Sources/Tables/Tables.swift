// Tables: see Sources/README.md.
