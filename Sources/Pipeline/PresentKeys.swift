import Columns

/// Which keys a table has, for the counting of references that find none.
struct PresentKeys: Sendable {
  /// By the lake's code, where the key is a shared dictionary.
  private var byCode: [Bool] = []
  private var keys = KeySet(expecting: 0)
  /// The dictionary that the key is, where it is one.
  let dictionary: String?
  /// Whether some column refers to the key by its texts.
  let needsTexts: Bool

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
    }
    if needsTexts {
      _ = keys.insert(RowKeys.keys(of: [column], [RowKeys.Part(isShared: false, isNullable: true)]))
    }
  }

  /// How many rows refer to a key that is not there; a null refers to nothing and is not counted.
  func unmatchedCount(_ column: Column) -> Int {
    var count = 0
    if let dictionary, case .codes(let codes, let texts) = column.values,
      texts.shared?.name == dictionary
    {
      for row in codes.indices where !column.isNull(row) {
        let code = Int(codes[row])
        if code >= byCode.count || !byCode[code] { count += 1 }
      }
    } else {
      let asked = RowKeys.keys(of: [column], [RowKeys.Part(isShared: false, isNullable: true)])
      for row in asked.indices where !column.isNull(row) && !keys.contains(asked[row]) {
        count += 1
      }
    }
    return count
  }
}
