package import Columns

/// About how much memory columns take that are held together: a dictionary that several of them
/// share counts once, and one that a whole lake shares does not count, since it stays anyway.
package struct MemoryMeter: Sendable {
  package private(set) var bytes = 0
  private var dictionaries: Set<ObjectIdentifier> = []

  package init() {}

  package mutating func add(_ columns: [Column]) {
    for column in columns {
      bytes += column.byteCount
      if case .codes(_, let dictionary) = column.values, dictionary.shared == nil,
        dictionaries.insert(ObjectIdentifier(dictionary)).inserted
      {
        bytes += dictionary.byteCount
      }
    }
  }
}

extension Column {
  /// About how much memory its values take, without a dictionary.
  package var byteCount: Int {
    let nulls = validity.map { $0.words.count * 8 } ?? 0
    let own =
      switch values {
      case .booleans(let values): values.count
      case .dates(let values): values.count * 4
      case .codes(let values, _): values.count * 4
      case .integers(let values): values.count * 8
      case .doubles(let values): values.count * 8
      case .wide(let values): values.count * 16
      case .intervals(let values): values.count * 16
      case .texts(let values): values.byteCount
      }
    return own + nulls
  }
}
