import Objects

/// The inputs of a lake, found by content.
package struct Ledger: Sendable {
  private let recent: [String: LedgerEntry]
  private let pages: [LedgerFile]
  private let sizes: Set<Int>

  /// A ledger of these entries only.
  package init(_ entries: [LedgerEntry]) { self.init(entries, pages: []) }

  init(_ entries: [LedgerEntry], pages: [LedgerFile]) {
    recent = Dictionary(
      entries.map { ($0.contentHash + $0.table, $0) }, uniquingKeysWith: { first, _ in first })
    self.pages = pages
    var sizes = Set(entries.map(\.bytes))
    for page in pages { sizes.formUnion(page.sizes) }
    self.sizes = sizes
  }

  /// The entry of these bytes in this table.
  package func entry(contentHash: String, table: String) throws(LakeError) -> LedgerEntry? {
    if let entry = recent[contentHash + table] { return entry }
    for page in pages {
      let found = try page.entries(of: contentHash).first {
        $0.table == table && $0.contentHash == contentHash
      }
      if let found { return found }
    }
    return nil
  }

  /// Whether some input has this size: if not, no input has the same bytes either.
  package func hasInput(bytes: Int) -> Bool { sizes.contains(bytes) }

  /// All entries in the order of rows: commit, then source by its bytes.
  package var inOrder: [LedgerEntry] {
    get throws(LakeError) {
      var entries = Array(recent.values)
      for page in pages { entries += try page.allEntries() }
      return entries.sorted { first, second in
        first.version != second.version
          ? first.version < second.version
          : ObjectName.precedes(first.source, second.source)
      }
    }
  }
}
