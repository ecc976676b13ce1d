/// The sequential rule of reading CSV, as plainly as it can be said: the twin of the reader.
///
/// It takes the whole body of an input in the standard dialect and gives its records in order.
struct NaiveReader {
  enum Piece: Equatable {
    /// The fields of a record; nil for NULL.
    case row([String?])
    /// What was rejected, without its line break, where it starts, and on which line.
    case rejected([UInt8], offset: Int, line: Int)
  }

  let width: Int
  let fieldLimit: Int

  func read(_ body: [UInt8]) -> [Piece] {
    var pieces: [Piece] = []
    var place = 0
    var line = 1
    while place < body.count {
      let start = place
      let record = self.record(body, start)
      var end = record?.next ?? body.count
      if record == nil, let feed = body[start...].firstIndex(of: 0x0A) { end = feed + 1 }
      if let record, record.fields.count == width {
        pieces.append(.row(record.fields))
      } else if let record, record.fields == [nil] {
        // An empty line is no record.
      } else {
        var raw = Array(body[start..<end])
        while raw.last == 0x0A || raw.last == 0x0D { raw.removeLast() }
        pieces.append(.rejected(raw, offset: start, line: line))
      }
      line += body[start..<end].filter { $0 == 0x0A }.count
      place = end
    }
    return pieces
  }

  /// The record at `start`; nil where it breaks the rule.
  private func record(_ body: [UInt8], _ start: Int) -> (fields: [String?], next: Int)? {
    var fields: [String?] = []
    var place = start
    while true {
      let first = place
      var text: [UInt8] = []
      let isQuoted = place < body.count && body[place] == 0x22
      if isQuoted {
        place += 1
        while true {
          if place == body.count { return nil }
          if body[place] == 0x22 {
            if place + 1 < body.count && body[place + 1] == 0x22 {
              place += 1
            } else {
              break
            }
          }
          text.append(body[place])
          place += 1
        }
        place += 1
      } else {
        while breakLength(body, place) == nil && body[place] != 0x2C {
          if body[place] == 0x22 { return nil }
          text.append(body[place])
          place += 1
        }
      }
      if place - first > fieldLimit { return nil }
      fields.append(text.isEmpty && !isQuoted ? nil : String(decoding: text, as: UTF8.self))
      if let length = breakLength(body, place) { return (fields, place + length) }
      if body[place] != 0x2C { return nil }
      place += 1
      if place - start > 4 * fieldLimit { return nil }
    }
  }

  /// The length of the line break at `place`; the end of the input is one of no length.
  private func breakLength(_ body: [UInt8], _ place: Int) -> Int? {
    if place == body.count { return 0 }
    if body[place] == 0x0A { return 1 }
    if body[place] != 0x0D { return nil }
    if place + 1 == body.count { return 1 }
    return body[place + 1] == 0x0A ? 2 : nil
  }
}
