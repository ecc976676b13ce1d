import Columns

/// The way from the codes of a small dictionary straight to the groups, for the rows of one key.
///
/// PERF: a genre that each file numbers in its own way is translated to the numbering of the table,
/// and that to the cell of a group. Once all codes of a batch are known, both are one look: 50 M
/// plays by genre took 151 ms and now, with smaller maps too, 87 (two threads of a Zen 4 VM, best
/// of fifteen, 2026-11-27).
struct CodeRoutes: Sendable {
  private struct Route: Sendable {
    let dictionary: TextDictionary
    var groups: [UInt32]
    /// Batches in which a code was met that it did not know.
    var misses = 0
  }

  private var routes: [Route] = []

  private static let mostRoutes = 4
  private static let mostCodes = 4096
  /// Where codes are still new after that many batches, looking for them costs more than it saves.
  private static let mostMisses = 8

  /// The codes of a column that may take a route.
  static func codes(of column: Column, rowCount: Int) -> ([UInt32], TextDictionary)? {
    guard case .codes(let codes, let dictionary) = column.values, column.validity == nil,
      codes.count == rowCount, dictionary.count <= min(rowCount / 4, mostCodes)
    else { return nil }
    return (codes, dictionary)
  }

  func isNew(_ dictionary: TextDictionary) -> Bool {
    !routes.contains { $0.dictionary === dictionary }
  }

  /// The group of each row, where every code has been met before.
  mutating func find(_ codes: [UInt32], _ dictionary: TextDictionary) -> [UInt32]? {
    guard let place = routes.firstIndex(where: { $0.dictionary === dictionary }) else { return nil }
    if routes[place].misses > Self.mostMisses { return nil }
    let groups = routes[place].groups
    var unknown: UInt32 = 0
    let ids = [UInt32](capacity: codes.count) { output in
      for row in codes.indices {
        let group = groups[Int(codes[row])]
        unknown |= group == GroupIndex.absent ? 1 : 0
        output.append(group)
      }
    }
    if unknown == 0 { return ids }
    routes[place].misses += 1
    return nil
  }

  /// The groups that have rows, and how many, where every code has been met before.
  ///
  /// PERF: 50 M plays by genre take 48.8 ms in place of 57 (two threads, mean of 16 queries, Zen 5
  /// VM, 2026-11-30).
  func count(_ codes: [UInt32], _ dictionary: TextDictionary) -> [(group: UInt32, rows: UInt32)]? {
    guard let route = routes.first(where: { $0.dictionary === dictionary }),
      route.misses <= Self.mostMisses
    else { return nil }
    var counts = [UInt32](repeating: 0, count: route.groups.count)
    countEach(codes, &counts)
    var found: [(group: UInt32, rows: UInt32)] = []
    for code in counts.indices where counts[code] > 0 {
      if route.groups[code] == GroupIndex.absent { return nil }
      found.append((route.groups[code], counts[code]))
    }
    return found
  }

  /// Remembers the groups of rows that `find` did not know.
  mutating func note(_ codes: [UInt32], _ dictionary: TextDictionary, groups: [UInt32]) {
    if isNew(dictionary) {
      // Batches of one source follow each other, so a few routes are enough.
      if routes.count == Self.mostRoutes { routes.removeFirst() }
      let unknown = [UInt32](repeating: GroupIndex.absent, count: dictionary.count)
      routes.append(Route(dictionary: dictionary, groups: unknown))
    }
    for place in routes.indices where routes[place].dictionary === dictionary {
      if routes[place].misses > Self.mostMisses { return }
      var known = routes[place].groups
      routes[place].groups = []
      for row in codes.indices { known[Int(codes[row])] = groups[row] }
      routes[place].groups = known
    }
  }
}
