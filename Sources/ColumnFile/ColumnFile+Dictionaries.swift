import Bytes
package import Columns

extension ColumnFile {
  /// A dictionary of the file in use: how local codes become those of `texts`.
  struct OpenDictionary: Sendable {
    var texts: TextDictionary
    /// Codes below this stay as they are; the others are looked up in `extensionCodes`.
    var keptCodes: Int
    var extensionCodes: [UInt32]

    /// From the file's codes to those of `texts`.
    func translate(_ local: [UInt32]) throws(Damage) -> [UInt32] {
      guard PageDecoder.areWithin(local, UInt64(keptCodes + extensionCodes.count)) else {
        throw Damage("a code in it has no text")
      }
      if extensionCodes.isEmpty { return local }
      let (kept, extensionCodes) = (keptCodes, extensionCodes)
      return [UInt32](capacity: local.count) { codes in
        for index in local.indices {
          let code = local[index]
          codes.append(Int(code) < kept ? code : extensionCodes[Int(code) &- kept])
        }
      }
    }
  }

  /// The map of a column that follows from another: by key, counted from the first.
  struct OpenMap: Sendable {
    enum Values: Sendable {
      /// Half as much to keep in the caches, where all fit.
      case narrow([UInt32])
      case wide([Int64])
    }

    var firstKey: Int64
    var values: Values
  }

  /// What was read once for all blocks, by the place of its dictionary or column.
  struct Opened: Sendable {
    var dictionaries: [Int: OpenDictionary] = [:]
    var numbered: [Int: TextDictionary] = [:]
    var maps: [Int: OpenMap] = [:]
    var rankings: [Int: OpenRanking] = [:]
  }
}

extension ColumnFile {
  /// The columns whose codes are those of a dictionary of the lake, and its state when the file was
  /// written.
  package var sharedDictionaries: [(column: Int, dictionary: SharedDictionary)] {
    footer.columns.indices.compactMap { column in
      footer.columns[column].dictionary.flatMap { footer.dictionaries[$0].shared }
        .map { (column, $0) }
    }
  }

  /// The texts a column brought along because the shared dictionary did not have them, in the order
  /// of their local codes.
  package func extensionTexts(ofColumn column: Int) throws(ColumnFileError) -> TextVector {
    guard let place = footer.columns[column].dictionary else { return TextVector() }
    return try ownTexts(ofDictionary: place)
  }

  private func ownTexts(ofDictionary place: Int) throws(ColumnFileError) -> TextVector {
    var offsets: [UInt32] = [0]
    var text: [UInt8] = []
    for page in footer.dictionaries[place].pages {
      let entry = page.entry
      let bytes = try Self.bytes(of: source, at: entry.offset, count: entry.size)
      do throws(Damage) {
        var reader = try entry.open(bytes, 0..<bytes.count)
        let part = try TextDecoder.decode(entry.encoding, &reader, count: page.texts)
        guard reader.isAtEnd else { throw Damage("a page of it is longer than what it says") }
        try DictionaryFile.append(part, &offsets, &text)
      } catch { throw ColumnFileError(damaged: name, error) }
    }
    return TextVector(offsets: offsets, bytes: text)
  }

  /// The same object for all blocks of a column.
  func open(
    dictionary place: Int, of column: String
  ) throws(ColumnFileError) -> OpenDictionary {
    if let open = opened.withLock({ $0.dictionaries[place] }) { return open }
    let entry = footer.dictionaries[place]
    let made: OpenDictionary
    if let shared = entry.shared {
      made = try bind(shared, entry, column)
    } else {
      made = OpenDictionary(
        texts: TextDictionary(try ownTexts(ofDictionary: place)), keptCodes: entry.codeCount,
        extensionCodes: [])
    }
    return opened.withLock { opened in
      // Another thread may have been faster: all must see the same object.
      if let other = opened.dictionaries[place] { return other }
      opened.dictionaries[place] = made
      return made
    }
  }

  /// The dictionary in which the numbers of texts, counted from the first, are the codes.
  func open(_ numbers: NumberedTexts, of column: Int) -> TextDictionary {
    opened.withLock { opened in
      if let open = opened.numbered[column] { return open }
      let made = TextDictionary(
        count: Int(numbers.last - numbers.first) + 1,
        numbering: TextNumbering(affix: numbers.affix, first: numbers.first))
      opened.numbered[column] = made
      return made
    }
  }

  func open(_ follow: FollowEntry, of column: Int) throws(ColumnFileError) -> OpenMap {
    if let open = opened.withLock({ $0.maps[column] }) { return open }
    let piece = try fetch([follow.page])[0]
    let values: OpenMap.Values
    do throws(Damage) {
      var reader = try follow.page.open(piece.bytes, piece.range)
      let count = follow.valueCount
      let places: [Int64] = try IntegerDecoder.decodePart(&reader, count: count, depth: 2)
      let known: [Int64] = try IntegerDecoder.decodePart(&reader, count: count, depth: 2)
      guard reader.isAtEnd else { throw Damage("a map of it is longer than what it says") }
      values = try Self.values(known, at: places, keyCount: follow.keyCount)
    } catch { throw ColumnFileError(damaged: name, error) }
    let map = OpenMap(firstKey: follow.firstKey, values: values)
    opened.withLock { $0.maps[column] = map }
    return map
  }

  private static func values(
    _ values: [Int64], at places: [Int64], keyCount: Int
  ) throws(Damage) -> OpenMap.Values {
    if places.isEmpty { return .narrow(Array(repeating: 0, count: keyCount)) }
    let keys = Extremes(places.span, before: 0)
    guard keys.least >= 0 && keys.greatest < Int64(keyCount) else {
      throw Damage("a map of it has a key out of range")
    }
    let extremes = Extremes(values.span, before: 0)
    if extremes.least >= 0 && extremes.greatest <= Int64(UInt32.max) {
      return .narrow(spread(values, at: places, keyCount))
    }
    return .wide(spread(values, at: places, keyCount))
  }

  /// Each value at its place, 0 at the others.
  private static func spread<Integer: FixedWidthInteger>(
    _ values: [Int64], at places: [Int64], _ keyCount: Int
  ) -> [Integer] {
    var spread = [Integer](repeating: 0, count: keyCount)
    for index in places.indices {
      spread[Int(truncatingIfNeeded: places[index])] = Integer(truncatingIfNeeded: values[index])
    }
    return spread
  }

  func open(_ ranking: RankingEntry, of column: Int) throws(ColumnFileError) -> OpenRanking {
    if let open = opened.withLock({ $0.rankings[column] }) { return open }
    let piece = try fetch([ranking.page])[0]
    let made: OpenRanking
    do throws(Damage) {
      var reader = try ranking.page.open(piece.bytes, piece.range)
      let classes: [UInt32] = try IntegerDecoder.decodePart(
        &reader, count: ranking.keyCount, depth: 2)
      guard reader.isAtEnd else { throw Damage("a ranking of it is longer than what it says") }
      made = try OpenRanking(firstKey: ranking.firstKey, classes: classes)
    } catch { throw ColumnFileError(damaged: name, error) }
    opened.withLock { $0.rankings[column] = made }
    return made
  }

  private func bind(
    _ shared: SharedDictionary, _ entry: DictionaryEntry, _ column: String
  ) throws(ColumnFileError) -> OpenDictionary {
    guard let binding = bindings[column] else {
      throw refused(
        column, "its texts are in the shared dictionary \(shared.name) of a lake",
        "Read it through its lake (--lake), or write a file of its own from there.")
    }
    let known = binding.dictionary
    guard known.count >= shared.count, known.shared.map({ $0.name == shared.name }) ?? true else {
      throw refused(
        column,
        "it was written with generation \(shared.generation) of the dictionary \(shared.name), "
          + "which has \(shared.count) texts, and the one at hand has \(known.count)",
        "Read the newest commit of the lake again.")
    }
    guard binding.extensionCodes.count == entry.ownCount,
      binding.extensionCodes.allSatisfy({ Int($0) < known.count })
    else {
      throw refused(
        column,
        "it brings \(entry.ownCount) texts along, and the lake has codes for "
          + "\(binding.extensionCodes.count) of them", "Read the newest commit of the lake again.")
    }
    return OpenDictionary(
      texts: known, keptCodes: shared.count, extensionCodes: binding.extensionCodes)
  }

  private func refused(_ column: String, _ reason: String, _ remedy: String) -> ColumnFileError {
    ColumnFileError(
      .dictionary,
      Explanation("cannot read", "column \(column) of \(name)", because: reason, remedy: remedy))
  }
}
