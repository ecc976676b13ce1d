import Bytes
import TestSupport
import Testing

@testable import Lake

@Suite struct `A page of the ledger` {
  static func entry(_ number: Int, table: String = "t") -> LedgerEntry {
    let hash = ContentHash.of(Array("\(number / 2)".utf8).span)
    return LedgerEntry(
      table: number % 2 == 0 ? "u" : table, source: "t/é \(number).csv",
      contentHash: number == 7 ? "no hash" : hash.description, bytes: number, rowsRead: 3,
      rowsKept: 1, rowsRejected: 1, duplicates: 1, archive: "archive/\(number)", version: number)
  }

  @Test(arguments: [0, 1, 2, 3, 100])
  func `gives back each entry by its content and its table`(count: Int) throws {
    let entries = (0..<count).map { Self.entry($0) }
    let page = try LedgerFile(MemorySource(LedgerFile.bytes(of: entries.shuffled())))
    #expect(page.sizes.sorted() == entries.map(\.bytes))
    #expect(try page.allEntries().sorted { $0.version < $1.version } == entries)
    let ledger = Ledger([], pages: [page])
    for entry in entries {
      #expect(try ledger.entry(contentHash: entry.contentHash, table: entry.table) == entry)
      #expect(try ledger.entry(contentHash: entry.contentHash, table: "other") == nil)
    }
    #expect(try ledger.entry(contentHash: "no hash at all", table: "t") == nil)
    #expect(ledger.hasInput(bytes: 0) == (count > 0) && !ledger.hasInput(bytes: count))
  }

  @Test func `with any byte changed, or cut, is refused`() throws {
    let bytes = LedgerFile.bytes(of: (0..<5).map { Self.entry($0) })
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= 4
      #expect(throws: LakeError.self, "byte \(index)") {
        try LedgerFile(MemorySource(damaged)).allEntries()
      }
      #expect(throws: LakeError.self, "cut at \(index)") {
        try LedgerFile(MemorySource(Array(bytes[..<index]))).allEntries()
      }
    }
  }
}
