import Columns

/// Which keys a table has, for the counting of references that find none.
struct PresentKeys: Sendable {
  /// By the lake's code, where the key is a shared dictionary.
  private var byCode: [Bool] = []
  /// The codes below this are all there: mostly all there are.
  private var completeCount = 0
  private var keys = LookupKeys()
  /// The dictionary that the key is, where it is one.
  let dictionary: String?
  /// Whether some column refers to the key by its texts.
  let needsTexts: Bool

  private static let textPart = [RowKeys.Part(isShared: false, isNullable: true)]

  init(dictionary: String?, needsTexts: Bool) {
    self.dictionary = dictionary
    self.needsTexts = needsTexts
  }

  mutating func insert(_ column: Column) {
    if dictionary != nil, case .codes(let codes, let dictionary) = column.values {
      if byCode.count < dictionary.count {
        byCode += Array(repeating: false, count: dictionary.count - byCode.count)
      }
      for row in codes.indices where !column.isNull(row) { byCode[Int(codes[row])] = true }
      while completeCount < byCode.count && byCode[completeCount] { completeCount += 1 }
    }
    if needsTexts { keys.insert(RowKeys.keys(of: [column], Self.textPart)) }
  }

  /// How many rows refer to a key that is not there; a null refers to nothing and is not counted.
  func unmatchedCount(_ column: Column) -> Int {
    if let dictionary, case .codes(let codes, let texts) = column.values,
      texts.shared?.name == dictionary
    {
      return Self.missing(codes, byCode, completeCount, column.validity)
    }
    let asked = RowKeys.keys(of: [column], Self.textPart)
    var count = 0
    for row in asked.indices where !column.isNull(row) && !keys.contains(asked[row]) {
      count += 1
    }
    return count
  }

  private static func missing(
    _ codes: [UInt32], _ byCode: [Bool], _ completeCount: Int, _ validity: Bitmap?
  ) -> Int {
    // PERF: where every key is there, looking for the greatest code is all: vectors of codes in
    // place of a load each.
    var greatest: UInt32 = 0
    for index in codes.indices { greatest = max(greatest, codes[index]) }
    if Int(greatest) < completeCount { return 0 }
    var count = 0
    for row in codes.indices {
      let code = Int(codes[row])
      if code < byCode.count && byCode[code] { continue }
      if let validity, !validity[row] { continue }
      count += 1
    }
    return count
  }
}

/// A set of keys that are looked up one by one: open addressing, at most half full.
private struct LookupKeys: Sendable {
  private var slots = [UInt128](repeating: 0, count: 64)
  private var hasZero = false
  private var count = 0

  mutating func insert(_ keys: [UInt128]) {
    if 2 * (count + keys.count) > slots.count { grow(by: keys.count) }
    for key in keys { insert(key) }
  }

  private mutating func insert(_ key: UInt128) {
    if key == 0 {
      hasZero = true
      return
    }
    let slot = slot(of: key)
    if slots[slot] == 0 {
      slots[slot] = key
      count += 1
    }
  }

  private mutating func grow(by added: Int) {
    var size = slots.count
    while size < 2 * (count + added) { size *= 2 }
    let old = slots
    slots = Array(repeating: 0, count: size)
    count = 0
    for key in old where key != 0 { insert(key) }
  }

  func contains(_ key: UInt128) -> Bool { key == 0 ? hasZero : slots[slot(of: key)] == key }

  /// Where the key stands, or would stand.
  private func slot(of key: UInt128) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: KeyHash.hash(key)) & mask
    while slots[slot] != 0 && slots[slot] != key { slot = (slot &+ 1) & mask }
    return slot
  }
}
