import Bytes
import CSV
import Columns
import Lake

/// The shared dictionaries while a run reads: the lake's codes, and behind them the ids the run has
/// met for the first time, in the order it met them.
///
/// Readers count on from the last dictionary of the reader before. Before rows are written the new
/// ids are committed, so that a segment holds the lake's codes and nothing else. Where nobody else
/// added ids meanwhile the lake's codes are the run's; after a lost race a map leads from the one
/// to the other, and only codes in memory are rewritten by it.
struct RunDictionaries: Sendable {
  private struct Entry: Sendable {
    /// The dictionary of the last reader.
    var known: TextDictionary
    /// The encoder that the last reader ended with; nil before the first.
    var encoder: KeyEncoder?
    /// How many of the run's codes have codes of the lake.
    var committed: Int
    /// The lake's code of each of the run's codes, where they are not the same.
    var codes: [UInt32]?
    /// The lake's codes of ids that others have added since the run began: the run may still meet
    /// them for the first time.
    var foreign: [ArraySlice<UInt8>: UInt32] = [:]
    /// The lake's dictionary once the codes were committed.
    var lake: TextDictionary
  }

  private var entries: [String: Entry] = [:]

  var names: [String] { entries.keys.sorted() }

  mutating func add(_ name: String, _ dictionary: TextDictionary) {
    entries[name] = Entry(
      known: dictionary, committed: dictionary.count, codes: nil, lake: dictionary)
  }

  /// What the next reader goes on with.
  func encoder(_ name: String) -> KeyEncoder {
    guard let entry = entries[name] else { preconditionFailure("a run knows its dictionaries") }
    return entry.encoder ?? KeyEncoder(entry.known)
  }

  /// Notes the encoder that a reader ended with.
  mutating func note(_ name: String, _ encoder: KeyEncoder) {
    entries[name]?.encoder = encoder
    note(name, encoder.dictionary)
  }

  /// The lake's dictionary as the run last knew it.
  func lakeDictionary(_ name: String) -> TextDictionary {
    guard let entry = entries[name] else { preconditionFailure("a run knows its dictionaries") }
    return entry.lake
  }

  /// Notes the dictionary that a reader ended with.
  mutating func note(_ name: String, _ dictionary: TextDictionary) {
    guard let entry = entries[name] else { preconditionFailure("a run knows its dictionaries") }
    precondition(dictionary.count >= entry.known.count, "a reader extends the dictionary")
    entries[name]?.known = dictionary
  }

  /// The ids of the run that the lake does not have yet, as far as the run knows.
  func pending(_ name: String) -> TextVector? {
    guard let entry = entries[name], entry.known.count > entry.committed else { return nil }
    return entry.known.texts.suffix(from: entry.committed)
  }

  /// The lake's codes of ids that the run has not met itself, as far as the run knows.
  func foreignCodes(_ name: String) -> [ArraySlice<UInt8>: UInt32] {
    guard let entry = entries[name] else { preconditionFailure("a run knows its dictionaries") }
    return entry.foreign
  }

  /// Notes the lake's codes of the pending ids, and of those that others have added.
  mutating func commit(
    _ name: String, codes: [UInt32], foreign: [ArraySlice<UInt8>: UInt32], lake: TextDictionary
  ) {
    guard var entry = entries[name] else { preconditionFailure("a run knows its dictionaries") }
    precondition(codes.count == entry.known.count - entry.committed, "each id has a code")
    let first = entry.committed
    let areSame = codes.indices.allSatisfy { Int(codes[$0]) == first + $0 }
    if entry.codes != nil || !areSame {
      entry.codes = (entry.codes ?? (0..<first).map { UInt32($0) }) + codes
    }
    entry.committed = entry.known.count
    entry.lake = lake
    entry.foreign = foreign
    entries[name] = entry
  }

  /// A column with codes of an earlier generation of the lake's dictionary, which are codes of this
  /// one too.
  func renewed(_ column: Column, _ name: String) -> Column {
    guard case .codes(let codes, _) = column.values else {
      preconditionFailure("a column of codes is read from a segment")
    }
    return Column(column.type, .codes(codes, lakeDictionary(name)), validity: column.validity)
  }

  /// The column with the lake's codes in place of the run's.
  func translated(_ column: Column, _ name: String) -> Column {
    guard let entry = entries[name], case .codes(let codes, let dictionary) = column.values else {
      preconditionFailure("a column of codes is translated by its dictionary")
    }
    if dictionary === entry.lake { return column }
    guard let map = entry.codes, !codes.isEmpty else {
      return Column(column.type, .codes(codes, entry.lake), validity: column.validity)
    }
    // What stands at a null may be no code at all.
    let known = codes.map { Int($0) < map.count ? map[Int($0)] : 0 }
    return Column(column.type, .codes(known, entry.lake), validity: column.validity)
  }
}
