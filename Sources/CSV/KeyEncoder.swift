import Columns

/// Gives the texts of a column their codes: a base dictionary's, and new ones in the order of first
/// appearance.
struct KeyEncoder: Sendable {
  private var codes: [String: UInt32] = [:]
  private var texts: TextVector
  private var dictionary: TextDictionary

  init(_ base: TextDictionary?) {
    dictionary = base ?? TextDictionary(TextVector())
    texts = dictionary.texts
    for code in 0..<texts.count { codes[texts[code]] = UInt32(code) }
  }

  mutating func encode(_ values: TextVector, _ validity: Bitmap?) -> Column.Values {
    var result: [UInt32] = []
    result.reserveCapacity(values.count)
    for row in 0..<values.count {
      if let validity, !validity[row] {
        result.append(0)
        continue
      }
      let text = values[row]
      let code = codes[text] ?? UInt32(texts.count)
      if code == texts.count {
        texts.append(text)
        codes[text] = code
      }
      result.append(code)
    }
    if texts.count > dictionary.count {
      dictionary = TextDictionary(texts, shared: dictionary.shared)
    }
    return .codes(result, dictionary)
  }
}
