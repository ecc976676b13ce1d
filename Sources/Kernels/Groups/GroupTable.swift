import Bytes
package import Columns

/// Numbers the groups of a GROUP BY: equal keys, equal number, densely from 0 in the order of first
/// sight. NULL is a key like any other, -0.0 and 0.0 are one key, and so are all NaN.
///
/// Batches are added in order; a second table, of other rows, is merged behind. Both give each
/// group the number that its first row in the whole input would have given it, so that nothing
/// depends on where the input was cut.
///
/// Each key column has a **domain**, a range of integers that holds all its values so far (codes of
/// a dictionary, days between the first and the last date), plus one cell for NULL. The product of
/// the domains decides how a row finds its group:
///
/// 1. `dense`: few cells. The cell of a row is an index into an array of group numbers.
/// 2. `anchored`: some of the keys alone have few cells, and hardly ever differ in the others: a
///    song and its title. The cell of the first leads to the group, and the rest is compared.
/// 3. `packed`: the cell fits 64 bits. It is the key of an open-addressing hash table.
/// 4. `wide`: everything else. The words of the row are.
///
/// A batch that leaves its domains widens them, and the index is made again from the groups.
package struct GroupTable: Sendable {
  package private(set) var groupCount = 0
  package private(set) var statistics = GroupStatistics()
  /// The rows of the last batch that were the first of their groups, in the order of these.
  package private(set) var firstRows: [UInt32] = []

  private var stores: [KeyStore]
  private var domains: [Domain]
  private var index = GroupIndex()
  private var routes = CodeRoutes()
  /// How many rows the groups have, of those that were only counted.
  private var counted = RowCounts()
  /// How many rows are in the tally of the index.
  private var talliedRows = 0
  private var rowsSeen = 0
  /// Whether keys turned out not to depend on the anchors.
  private var anchorsFailed = false
  private let options: GroupOptions

  /// How many keys a row may have.
  package static let mostKeys = 63

  package init(_ types: [DataType], options: GroupOptions = GroupOptions()) {
    precondition(types.count <= Self.mostKeys, "the nulls of a row fit a word")
    stores = types.map { KeyStore($0) }
    domains = types.map { _ in Domain() }
    self.options = options
  }

  /// The types of the keys.
  package var types: [DataType] { stores.map(\.type) }

  /// About how much memory the groups take: their keys, the index, and texts of their own.
  package var byteCount: Int {
    stores.reduce(groupCount * (40 + 17 * stores.count)) { $0 + $1.home.internedBytes }
  }

  /// The keys by group.
  package func keyColumns() -> [Column] { stores.map { $0.column() } }

  /// The group of each row; groups not seen before get the next numbers. A key of a single row is
  /// that of all rows.
  package mutating func add(_ given: [Column], rowCount: Int) -> RowGroups {
    guard let groups = add(given, rowCount: rowCount, counting: false) else {
      preconditionFailure("rows are only counted where that is asked for")
    }
    return groups
  }

  /// As `add`, where nothing is asked but how many rows the groups have. Where they are counted
  /// without the group of each row, for `takeCounts`, the answer is nil.
  package mutating func count(_ given: [Column], rowCount: Int) -> RowGroups? {
    add(given, rowCount: rowCount, counting: true)
  }

  /// How many rows were only counted, by group, since the last time.
  package mutating func takeCounts() -> RowCounts {
    settleCounts()
    counted.grow(to: groupCount)
    defer { counted = RowCounts() }
    return counted
  }

  private mutating func settleCounts() {
    if talliedRows == 0 { return }
    counted.grow(to: groupCount)
    index.takeCounts(&counted)
    talliedRows = 0
  }

  private mutating func add(_ given: [Column], rowCount: Int, counting: Bool) -> RowGroups? {
    precondition(given.count == stores.count, "a row has one value a key")
    firstRows = []
    if rowCount == 0 { return .each([]) }
    rowsSeen += rowCount
    let coded = given.count == 1 ? CodeRoutes.codes(of: given[0], rowCount: rowCount) : nil
    if let coded {
      settleCounts()
      if routes.isNew(coded.1), groupCount > 0, stores[0].home.count <= rowCount {
        let all = (0..<UInt32(coded.1.count)).map { $0 }
        let column = Column(.text, .codes(all, coded.1))
        routes.note(all, coded.1, groups: lookUp([column], rowCount: all.count))
      }
      if counting, let counts = routes.count(coded.0, coded.1) {
        statistics.count(index.kind)
        counted.grow(to: groupCount)
        counted.add(counts)
        return nil
      }
      if let ids = routes.find(coded.0, coded.1) {
        statistics.count(index.kind)
        return .each(ids)
      }
    }
    let keys = given.map { $0.count == rowCount || $0.fitsConstant ? $0 : spread($0, rowCount) }
    if keys.isEmpty {
      if groupCount == 0 { firstRows = [0] }
      groupCount = 1
      return .one(0, rows: rowCount)
    }
    let rows = keyRows(keys, rowCount: rowCount)
    fitDomains(to: rows)
    var newRows: [UInt32] = []
    let isTallied = counting && coded == nil && index.cellCount >= options.fewestTallied
    if isTallied && rows.constants.contains(nil) {
      if talliedRows + rowCount > options.mostTallied { settleCounts() }
      talliedRows += rowCount
      index.count(rows, domains, nextGroup: groupCount, &newRows)
      statistics.count(index.kind)
      append(newRows, keys, rows)
      return nil
    }
    settleCounts()
    var found = index.find(rows, domains, nextGroup: groupCount, &newRows)
    if found == nil {
      newRows = []
      anchorsFailed = true
      rebuild(as: fittingKind())
      found = index.find(rows, domains, nextGroup: groupCount, &newRows)
    }
    guard let ids = found else { preconditionFailure("only an anchored index gives up") }
    statistics.count(index.kind)
    append(newRows, keys, rows)
    if ids.count == 1 && rowCount > 1 { return .one(ids[0], rows: rowCount) }
    if let coded { routes.note(coded.0, coded.1, groups: ids) }
    return .each(ids)
  }

  /// The keys of a batch as integers; a store that cannot number its texts any more spells them
  /// out.
  private mutating func keyRows(_ keys: [Column], rowCount: Int) -> KeyRows {
    var words: [KeyStore.Words] = []
    var isSpelledOut = false
    for place in keys.indices {
      let wasNumbered = stores[place].isNumbered
      words.append(stores[place].words(of: keys[place]))
      if wasNumbered && !stores[place].isNumbered {
        domains[place] = Domain(codes: stores[place].home.count)
        isSpelledOut = true
      }
    }
    if isSpelledOut { rebuild(as: fittingKind()) }
    return KeyRows(words, keys.map(\.validity), rowCount: rowCount)
  }

  /// Takes the keys of the new groups, the first rows of a batch that are in them.
  private mutating func append(_ newRows: [UInt32], _ keys: [Column], _ rows: KeyRows) {
    if newRows.isEmpty { return }
    for place in keys.indices {
      let own = keys[place].count == rows.rowCount ? newRows : newRows.map { _ in 0 }
      stores[place].append(own, of: rows.words[place], from: keys[place])
    }
    groupCount += newRows.count
    firstRows = newRows
  }

  /// The group of each row, or `UInt32.max` where no group has its keys. Nothing is added.
  package func lookUp(_ keys: [Column], rowCount: Int) -> [UInt32] {
    let absent = UInt32.max
    precondition(talliedRows == 0, "groups are found once the counts are taken")
    if rowCount == 0 { return [] }
    if groupCount == 0 { return Array(repeating: absent, count: rowCount) }
    if keys.isEmpty { return Array(repeating: 0, count: rowCount) }
    let words = keys.indices.map { stores[$0].lookUp(keys[$0]) }
    let rows = KeyRows(words, keys.map(\.validity), rowCount: rowCount)
    return index.lookUp(rows, domains)
  }

  /// Makes later calls of `lookUp` cheap where the texts come from other dictionaries.
  package mutating func prepareLookUp() {
    for place in stores.indices { stores[place].prepareLookUp() }
  }

  /// Adds the groups of `other` as if its rows came behind all rows added so far, and returns the
  /// group here of each group there.
  package mutating func merge(_ other: GroupTable) -> [UInt32] {
    precondition(other.types == types, "tables of the same keys are merged")
    if other.groupCount == 0 { return [] }
    let groups = add(other.keyColumns(), rowCount: other.groupCount).ids
    statistics.add(other.statistics)
    rowsSeen += other.rowsSeen - other.groupCount
    return groups
  }

  /// Widens the domains to the batch, chooses the kind of index and, if either changed, makes the
  /// index again from the groups there are.
  private mutating func fitDomains(to rows: KeyRows) {
    var isWider = false
    for place in domains.indices {
      let value = rows.constants[place]
      if value == nil, case .integers(let values) = rows.words[place],
        domains[place].holds(values)
      {
        continue
      }
      let range = value.map { $0...$0 } ?? rows.words[place].range
      if domains[place].widen(to: range) { isWider = true }
    }
    let kind = fittingKind()
    if isWider || kind != index.kind { rebuild(as: kind) }
  }

  private mutating func rebuild(as kind: GroupIndex.Kind) {
    settleCounts()
    Domain.layOut(&domains, anchors: kind == .anchored ? anchors() : Set(domains.indices))
    let groups = KeyRows(
      stores.map { $0.groupWords() }, stores.map(\.validity), rowCount: groupCount)
    index = GroupIndex(kind, groups, domains)
    statistics.indexesMade += 1
  }

  private var denseLimit: UInt64 {
    UInt64(min(options.denseCells, max(1 << 16, rowsSeen * 16)))
  }

  private func fittingKind() -> GroupIndex.Kind {
    let cells = Domain.cells(of: domains)
    if let cells, cells <= denseLimit { return .dense }
    if options.allowsAnchors && !anchorsFailed && domains.count > 1 {
      let anchors = anchors()
      let others = domains.indices.filter { !anchors.contains($0) }.map { domains[$0] }
      if !anchors.isEmpty && Domain.cells(of: others) != nil { return .anchored }
    }
    return cells != nil && options.allowsPacking ? .packed : .wide
  }

  /// The keys of the largest domains that together have few enough cells.
  private func anchors() -> Set<Int> {
    let places = domains.indices.sorted {
      (domains[$0].size ?? .max, $1) > (domains[$1].size ?? .max, $0)
    }
    var chosen: Set<Int> = []
    for place in places {
      let cells = Domain.cells(of: (chosen.union([place])).map { domains[$0] })
      if let cells, cells <= denseLimit { chosen.insert(place) }
    }
    return chosen
  }
}

extension Column {
  /// Whether a single row of it can stand for all rows of a batch.
  fileprivate var fitsConstant: Bool {
    if validity != nil { return false }
    if case .wide = values { return false }
    if case .intervals = values { return false }
    return true
  }
}

private func spread(_ column: Column, _ rowCount: Int) -> Column {
  gather(column, Array(repeating: 0, count: rowCount))
}

/// Sizes that decide which index a group table uses.
package struct GroupOptions: Sendable {
  /// The most cells of an array of group numbers.
  package var denseCells: Int
  /// Whether keys that depend on others may be compared instead of looked up.
  package var allowsAnchors: Bool
  /// Whether keys of up to 64 bits are hashed as one number.
  package var allowsPacking: Bool
  /// From how many cells on rows are counted by cell. Of fewer, neighbours are often equal, and one
  /// would wait for the count of the other.
  package var fewestTallied: Int
  /// How many rows may be counted by cell before the counts are taken to the groups.
  package var mostTallied: Int

  package init(
    denseCells: Int = 1 << 22, allowsAnchors: Bool = true, allowsPacking: Bool = true,
    fewestTallied: Int = 1 << 10, mostTallied: Int = Int(UInt32.max) / 2
  ) {
    self.denseCells = denseCells
    self.allowsAnchors = allowsAnchors
    self.allowsPacking = allowsPacking
    self.fewestTallied = fewestTallied
    self.mostTallied = mostTallied
  }
}

/// Which index the batches of a group table went through.
package struct GroupStatistics: Sendable, Hashable {
  package var denseBatches = 0
  package var anchoredBatches = 0
  package var packedBatches = 0
  package var wideBatches = 0
  package var indexesMade = 0

  mutating func count(_ kind: GroupIndex.Kind) {
    switch kind {
    case .dense: denseBatches += 1
    case .anchored: anchoredBatches += 1
    case .packed: packedBatches += 1
    case .wide: wideBatches += 1
    }
  }

  mutating func add(_ other: GroupStatistics) {
    denseBatches += other.denseBatches
    anchoredBatches += other.anchoredBatches
    packedBatches += other.packedBatches
    wideBatches += other.wideBatches
    indexesMade += other.indexesMade
  }
}

/// The integers that the values of a key column lie between, and what a step in them is worth in
/// cells. Cell 0 of a domain is NULL.
///
/// Invariant: `size` is 0 (no value yet), or `low + (size - 1)` is the largest value; nil stands
/// for a domain that does not fit 64 bits.
struct Domain: Sendable {
  private(set) var low: Int64 = 0
  private(set) var size: UInt64? = 0
  private(set) var stride: UInt64 = 0
  /// Whether it counts for the cell, or for the rest that is compared.
  private(set) var isAnchor = true

  init() {}

  /// Of the codes below `count`.
  init(codes count: Int) { size = UInt64(count) }

  /// Whether it is known to hold all of the values.
  ///
  /// PERF: one pass without a comparison, where the extremes would be five.
  func holds(_ values: [Int64]) -> Bool {
    guard let size, size > 0, size < 1 << 62 else { return false }
    let high = low &+ Int64(bitPattern: size &- 1)
    return high >= low && areWithin(low...high, values.span)
  }

  /// Widens to hold `range`, with room to spare on the side that grew; says whether it did.
  mutating func widen(to range: ClosedRange<Int64>?) -> Bool {
    guard let size else { return false }
    guard let range else {
      self.size = nil
      return true
    }
    if size == 0 {
      low = range.lowerBound
      self.size = UInt64(bitPattern: range.upperBound &- low).addingOrNil(1)
      return true
    }
    let high = low &+ Int64(bitPattern: size &- 1)
    if range.lowerBound >= low && range.upperBound <= high { return false }
    let spare = Int64(clamping: size / 2)
    var first = low
    var last = high
    if range.lowerBound < low {
      let (lower, overflow) = low.subtractingReportingOverflow(spare)
      first = min(range.lowerBound, overflow ? .min : lower)
    }
    if range.upperBound > high {
      let (upper, overflow) = high.addingReportingOverflow(spare)
      last = max(range.upperBound, overflow ? .max : upper)
    }
    low = first
    self.size = UInt64(bitPattern: last &- first).addingOrNil(1)
    return true
  }

  /// The number of cells of all domains together, NULL cells included, if it fits 64 bits.
  static func cells(of domains: [Domain]) -> UInt64? {
    var total: UInt64 = 1
    for domain in domains {
      guard let size = domain.size, let cells = size.addingOrNil(1),
        case (let product, false) = total.multipliedReportingOverflow(by: cells)
      else { return nil }
      total = product
    }
    return total
  }

  /// Gives each domain its stride among the anchors or among the others: the first key is the
  /// slowest.
  static func layOut(_ domains: inout [Domain], anchors: Set<Int>) {
    for side in [true, false] {
      var stride: UInt64 = 1
      for place in domains.indices.reversed() where anchors.contains(place) == side {
        domains[place].isAnchor = side
        domains[place].stride = stride
        stride = stride &* ((domains[place].size ?? 0) &+ 1)
      }
    }
  }
}

extension UInt64 {
  fileprivate func addingOrNil(_ other: UInt64) -> UInt64? {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? nil : sum
  }
}
