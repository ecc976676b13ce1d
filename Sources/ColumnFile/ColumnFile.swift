// ColumnFile: see Sources/README.md.
