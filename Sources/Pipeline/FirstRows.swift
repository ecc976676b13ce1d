import ColumnFile
import Columns

/// Which rows of a partition stay: of equal keys the first, rows that are there already before all
/// that come.
///
/// Keys that are one number each go the shortest way. Numbers that ascend without meeting what is
/// there need no memory at all; numbers that lie close together a bit each; all others, and keys
/// that are no numbers, a sieve of hashes.
struct FirstRows {
  private enum Way {
    /// Strictly ascending, and nothing is there yet.
    case ascending
    /// A bit a key, set where it is there already.
    case bits([UInt64])
    case sieve(KeySieve<UInt64>)
    case hashes(KeySieve<UInt128>)
  }

  private let pieces: [[Column]]
  private let parts: [RowKeys.Part]
  private let form: KeyForm?
  private let rowCount: Int
  private var way: Way

  /// Of pieces given by their key columns, in the order of rows.
  init(_ pieces: [[Column]], _ parts: [RowKeys.Part]) {
    self.pieces = pieces
    self.parts = parts
    rowCount = pieces.reduce(0) { $0 + $1[0].count }
    form = KeyForm(pieces, parts)
    if let form {
      way =
        Self.areAscending(pieces, form, parts) ? .ascending : Self.unordered(pieces, form, parts)
    } else {
      way = .hashes(KeySieve(pieces.flatMap { RowKeys.keys(of: $0, parts) }))
    }
  }

  private static func areAscending(
    _ pieces: [[Column]], _ form: KeyForm, _ parts: [RowKeys.Part]
  ) -> Bool {
    var last: UInt64?
    for piece in pieces where piece[0].count > 0 {
      let keys = form.keys(of: piece, parts)
      if let last, keys[0] <= last { return false }
      if !ascends(keys) { return false }
      last = keys[keys.count - 1]
    }
    return true
  }

  private static func ascends(_ keys: [UInt64]) -> Bool {
    var wrong = 0
    for index in 1..<max(1, keys.count) { wrong &+= keys[index - 1] < keys[index] ? 0 : 1 }
    return wrong == 0
  }

  private static func unordered(
    _ pieces: [[Column]], _ form: KeyForm, _ parts: [RowKeys.Part]
  ) -> Way {
    let rows = pieces.reduce(0) { $0 + $1[0].count }
    // Bits may take as much memory as the keys themselves would.
    if form.greatestKey / 64 <= UInt64(max(rows, 1 << 14)) {
      return .bits(Array(repeating: 0, count: Int(form.greatestKey / 64) + 1))
    }
    return .sieve(KeySieve(pieces.flatMap { form.keys(of: $0, parts) }))
  }

  /// Whether rows of a block with these zones of the key columns can be equal to any that come.
  func mayMeet(_ zones: [Zone]) -> Bool { form?.mayMeet(zones) ?? true }

  /// Notes rows that are there already, by their key columns.
  mutating func note(_ columns: [Column]) {
    guard let form else {
      if case .hashes(var sieve) = way {
        way = .ascending
        sieve.note(RowKeys.keys(of: columns, parts))
        way = .hashes(sieve)
      }
      return
    }
    let keys = form.possibleKeys(of: columns, parts)
    if keys.isEmpty { return }
    if case .ascending = way { way = Self.unordered(pieces, form, parts) }
    // Taken out of `way` while it changes, so that it is not copied.
    switch way {
    case .ascending, .hashes: break
    case .bits(var bits):
      way = .ascending
      for key in keys { bits[Int(key &>> 6)] |= 1 &<< (key & 63) }
      way = .bits(bits)
    case .sieve(var sieve):
      way = .ascending
      sieve.note(keys)
      way = .sieve(sieve)
    }
  }

  /// For each piece the rows that stay; nil where all do.
  consuming func chosen() -> [[Bool]?] {
    switch way {
    case .ascending: return pieces.map { _ in nil }
    case .bits(var bits):
      way = .ascending
      guard let form else { return [] }
      return pieces.map { piece in
        let flags = Self.mark(form.keys(of: piece, parts), in: &bits)
        return flags.allSatisfy { $0 } ? nil : flags
      }
    case .sieve(let sieve): return split(sieve.firsts())
    case .hashes(let sieve): return split(sieve.firsts())
    }
  }

  private func split(_ flags: [Bool]) -> [[Bool]?] {
    var start = 0
    return pieces.map { piece in
      let part = Array(flags[start..<start + piece[0].count])
      start += part.count
      return part.allSatisfy { $0 } ? nil : part
    }
  }

  /// Sets the bits of keys, and returns which were not set.
  private static func mark(_ keys: [UInt64], in bits: inout [UInt64]) -> [Bool] {
    var isNew = [Bool](repeating: false, count: keys.count)
    for index in keys.indices {
      let key = keys[index]
      let place = Int(truncatingIfNeeded: key &>> 6)
      let word = bits[place]
      let bit: UInt64 = 1 &<< (key & 63)
      isNew[index] = word & bit == 0
      bits[place] = word | bit
    }
    return isNew
  }
}
