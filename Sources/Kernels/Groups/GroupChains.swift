/// The groups that share an anchor cell, one behind the other, and what tells them apart.
///
/// Where the other keys depend on the anchors, each chain has one group, and a look-up is one
/// access to the cell and one to the rest. Where they do not, chains grow long; after more than a
/// few steps a row the index gives up, before a single anchor can make it slow.
///
/// Invariant: `rests` and `next` have one entry a group; the groups of a chain differ in `rests`.
struct GroupChains: Sendable {
  private var rests: [UInt64] = []
  private var next: [UInt32] = []
  /// How many steps along chains a row may cost on average.
  var patience = Self.usualPatience

  static let usualPatience = 2
  private static let end = UInt32.max

  func find(_ first: UInt32, _ rest: UInt64) -> UInt32 {
    var group = first
    while group != Self.end && rests[Int(group)] != rest { group = next[Int(group)] }
    return group
  }

  /// As `assign` of the dense form; nil where chains are too long.
  mutating func assign(
    _ places: [UInt32], _ rests: [UInt64], _ cells: inout [UInt32], _ nextGroup: UInt32,
    _ newRows: inout [UInt32]
  ) -> [UInt32]? {
    precondition(places.count == rests.count, "one rest a row")
    var steps = 0
    let (most, overflow) = patience.multipliedReportingOverflow(by: places.count + 100)
    let limit = overflow ? .max : most
    var ids = [UInt32](repeating: 0, count: places.count)
    for row in places.indices {
      let cell = Int(places[row])
      var group = cells[cell]
      if group == Self.end || self.rests[Int(group)] != rests[row] {
        group = step(rests[row], from: group, &steps)
        if steps > limit { return nil }
        if group == Self.end {
          group = nextGroup + UInt32(newRows.count)
          self.rests.append(rests[row])
          next.append(cells[cell])
          cells[cell] = group
          newRows.append(UInt32(row))
        }
      }
      ids[row] = group
    }
    return ids
  }

  private func step(_ rest: UInt64, from first: UInt32, _ steps: inout Int) -> UInt32 {
    var group = first
    while group != Self.end && rests[Int(group)] != rest {
      group = next[Int(group)]
      steps += 1
    }
    return group
  }
}
