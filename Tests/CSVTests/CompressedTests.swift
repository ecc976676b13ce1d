import Bytes
import CSV
import Columns
import TestSupport
import Testing

@Suite struct `Compressed input` {
  private func text() -> [UInt8] {
    var random = Seeded(5)
    var text = "id,name\n"
    for row in 0..<3000 {
      text += "\(row),\(["one", "\"two, three\"", "ünï"][Int.random(in: 0..<3, using: &random)])\n"
    }
    return Array(text.utf8)
  }

  private let columns = [InputColumn("id", .bigint), InputColumn("name", .text)]

  private func check(_ packed: [UInt8], _ name: String) throws {
    let plain = try read(text(), columns)
    for chunkBytes in [100, 5000, 1 << 20] {
      let whole = try read(packed, columns, chunkBytes: chunkBytes, threads: 2, name: name) {
        $0.takesHash = true
      }
      #expect(whole.rows == plain.rows)
      #expect(whole.counts.contentHash == ContentHash.of(packed.span))
      #expect(whole.counts.bytes == packed.count)
    }
  }

  @Test func `is read from gzip, members and all kinds of blocks`() throws {
    let text = text()
    try check(Gzip.stored(text), "a.csv.gz")
    try check(
      Gzip.stored(Array(text[..<1000])) + Gzip.stored(Array(text[1000...])), "a.csv.gz")
    for (name, packed) in Gzip.golden {
      let whole = try read(
        packed, [InputColumn("n", .bigint), InputColumn("t", .text)], name: name)
      let sum = whole.rows.reduce(into: Int64(0)) { sum, row in
        if case .bigint(let value) = row[0] { sum += value }
      }
      #expect(whole.rows.count == 300 && sum == 44850, "\(name)")
    }
  }

  @Test func `is read from zstd, frames and all`() throws {
    let text = text()
    let halves =
      Zstd.compress(Array(text[..<7000]), level: 3) + Zstd.compress(Array(text[7000...]), level: 1)
    try check(Zstd.compress(text, level: 3), "a.csv.zst")
    try check(halves, "a.csv.zst")
  }

  @Test func `that is cut or changed is refused`() throws {
    let packed: [(String, [UInt8])] =
      Gzip.golden + [("z.csv.zst", Zstd.compress(Array("n,t\n1,a\n2,b\n".utf8), level: 3))]
    for (name, bytes) in packed {
      for length in 1..<bytes.count {
        #expect(throws: CSVError.self, "\(name) cut to \(length)") {
          try read(Array(bytes[..<length]), [InputColumn("n", .bigint)], name: name)
        }
      }
    }
    var random = Seeded(3)
    for (name, bytes) in Gzip.golden {
      for _ in 0..<300 {
        var changed = bytes
        let place = Int.random(in: 10..<bytes.count, using: &random)
        changed[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        #expect(throws: CSVError.self, "\(name) changed at \(place)") {
          try read(changed, [InputColumn("n", .bigint)], name: name)
        }
      }
    }
  }

  @Test func `that refers to an earlier member is refused`() throws {
    let columns = [InputColumn("id", .bigint)]
    let whole = Gzip.referringBack
    #expect(try read(Array(whole[..<57]), columns, name: "a.csv.gz").rows.count == 1)
    #expect(throws: CSVError.self) { try read(whole, columns, name: "a.csv.gz") }
  }
}
