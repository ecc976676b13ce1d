package import Bytes

/// A text of SQL that cannot be done, said with a caret at the word:
///
///     cannot read the query: line 1, column 8: there is no column `gener`
///       SELECT gener FROM streams
///              ^^^^^
///       Did you mean `genre`?
package struct SQLError: Explained, Sendable {
  /// What is wrong, without the place.
  package let message: String
  package let position: Position
  /// What to write instead, as a sentence; empty where nothing sensible can be said.
  package let hint: String

  package init(_ message: String, at position: Position, hint: String = "") {
    self.message = message
    self.position = position
    self.hint = hint
  }

  package var explanation: Explanation {
    let place = position.place
    let (line, mark) = place.excerpt
    let caret = "\(line)\n  \(mark)"
    return Explanation(
      "cannot read", position.source.name,
      because: "line \(place.line), column \(place.column): \(message)\n  \(caret)",
      remedy: hint)
  }
}

extension Position {
  /// A position as people count it.
  package struct Place: Sendable, Hashable {
    /// From 1.
    package let line: Int
    /// In characters, from 1.
    package let column: Int
    package let lineText: String
    /// Spaces and carets that stand under the text when both are printed at one margin.
    package let caret: String

    /// The line and its carets, cut to what stands near them where the line is long.
    var excerpt: (line: String, caret: String) {
      let (line, marks) = (Array(lineText), Array(caret))
      let (width, before) = (100, 40)
      if line.count <= width { return (lineText, caret) }
      let start = max(0, min(column - 1 - before, line.count - width))
      let end = min(line.count, start + width)
      let (head, tail) = (start > 0 ? "… " : "", end < line.count ? " …" : "")
      return (
        head + String(line[start..<end]) + tail,
        String(repeating: " ", count: head.count)
          + String(marks[min(start, marks.count)..<min(marks.count, end)])
      )
    }
  }

  package var place: Place {
    let bytes = Array(source.text.utf8)
    let start = min(start, bytes.count)
    let newline = UInt8(ascii: "\n")
    let lineStart = bytes[..<start].lastIndex(of: newline).map { $0 + 1 } ?? 0
    var lineEnd = bytes[start...].firstIndex(of: newline) ?? bytes.count
    if lineEnd > start, bytes[lineEnd - 1] == UInt8(ascii: "\r") { lineEnd -= 1 }
    let before = String(decoding: bytes[lineStart..<start], as: UTF8.self)
    let marked = String(decoding: bytes[start..<min(max(end, start), lineEnd)], as: UTF8.self)
    // A tab stays a tab, so that the caret stands right whatever a tab is worth.
    let margin = String(before.map { $0 == "\t" ? "\t" : " " })
    return Place(
      line: bytes[..<start].count { $0 == newline } + 1,
      column: before.count + 1,
      lineText: String(decoding: bytes[lineStart..<lineEnd], as: UTF8.self),
      caret: margin + String(repeating: "^", count: max(1, marked.count)))
  }
}
