import Bytes
import Columns

/// What `verify` has gone through.
package struct Verification: Sendable, Hashable {
  package var rows = 0
  package var values = 0
  package var nulls = 0
  package var pages = 0
  package var bytes = 0
}

extension ColumnFile {
  /// Reads every page: checks its checksum, decodes it, counts its nulls again and holds its values
  /// against its zone. Fails at the first thing that is wrong.
  ///
  /// Codes of a shared dictionary are checked to have a meaning there, without the dictionary.
  package func verify() throws(ColumnFileError) -> Verification {
    let file = try standingAlone()
    var verification = Verification()
    for entry in footer.dictionaries {
      verification.pages += entry.pages.count
      verification.bytes += entry.pages.reduce(0) { $0 + $1.entry.size }
    }
    for column in footer.columns.indices {
      if let follow = footer.columns[column].follow {
        verification.pages += 1
        verification.bytes += follow.page.size
      }
      if let ranking = footer.columns[column].ranking {
        verification.pages += 1
        verification.bytes += ranking.page.size
        _ = try file.open(ranking, of: column)
      }
      _ = try file.extensionTexts(ofColumn: column)
      for block in 0..<blockCount { try file.verify(column, block, &verification) }
    }
    verification.rows = rowCount
    return verification
  }

  private func verify(
    _ column: Int, _ block: Int, _ verification: inout Verification
  ) throws(ColumnFileError) {
    let read = try read(columns: [column], block: block).columns[0]
    let zone = zone(column: column, block: block)
    guard read.nullCount == zone.nullCount else {
      throw damaged(Damage("its nulls are not as many as it says"), column, block)
    }
    if zone.minimum != nil || zone.maximum != nil {
      for row in 0..<read.count where !read.isNull(row) {
        let value = read.value(at: row)
        let isBelow = zone.minimum.map { value.isBelow($0) } ?? false
        let isAbove = zone.maximum.map { $0.isBelow(value) } ?? false
        guard !isBelow && !isAbove else {
          throw damaged(Damage("a value of it is outside its zone"), column, block)
        }
      }
    }
    if let sum = zone.sum {
      guard read.sum == Int128(sum) else {
        throw damaged(Damage("its values have another sum than it says"), column, block)
      }
    }
    let page = footer.columns[column].blocks[block].page
    verification.pages += 1
    verification.bytes += page.size
    verification.nulls += read.nullCount
    verification.values += read.count - read.nullCount
  }

  /// This file with dictionaries of the right sizes where the lake's are missing.
  private func standingAlone() throws(ColumnFileError) -> ColumnFile {
    var bindings = self.bindings
    for (column, shared) in sharedDictionaries where bindings[schema[column].name] == nil {
      guard let place = footer.columns[column].dictionary else { continue }
      let own = footer.dictionaries[place].ownCount
      let dictionary = TextDictionary(
        count: shared.count + own,
        numbering: TextNumbering(affix: Affix(prefix: [], suffix: [], digits: 1), first: 0))
      let codes = (0..<own).map { UInt32(shared.count + $0) }
      bindings[schema[column].name] = DictionaryBinding(
        dictionary: dictionary, extensionCodes: codes)
    }
    return try ColumnFile(source, dictionaries: bindings)
  }
}

extension Column {
  /// The sum of the integers that are not null.
  fileprivate var sum: Int128 {
    guard case .integers(let values) = values else { return 0 }
    return values.indices.reduce(0) { $0 + (isNull($1) ? 0 : Int128(values[$1])) }
  }
}
