extension ColumnFile {
  /// The bytes that the given columns of a block take in the file, without dictionaries.
  package func storedBytes(columns: [Int], block: Int) -> Int {
    columns.reduce(0) { $0 + footer.columns[$1].blocks[block].page.size }
  }
}
