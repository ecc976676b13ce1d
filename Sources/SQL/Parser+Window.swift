extension Parser {
  /// What follows OVER.
  mutating func window() throws(SQLError) -> Window {
    let start = token.start
    if !isSymbol("(") {
      throw error("named windows are not supported", "Write the window into OVER (…).")
    }
    advance()
    var partitionBy: [Expression] = []
    var orderBy: [OrderItem] = []
    if takeWord("partition") {
      try expectWord("by", "after PARTITION")
      partitionBy = try expressions()
    }
    switch try ordering() {
    case .none: break
    case .items(let items): orderBy = items
    case .all(_, _, let position):
      throw SQLError("ORDER BY ALL cannot stand in a window", at: position)
    }
    let frame = try frame()
    try expectSymbol(")", "to close OVER")
    return Window(
      partitionBy: partitionBy, orderBy: orderBy, frame: frame, position: position(from: start))
  }

  private mutating func frame() throws(SQLError) -> WindowFrame? {
    let first = token.start
    if isWord("groups") { throw error("GROUPS is not supported", "Write ROWS or RANGE.") }
    let unit = WindowFrame.Unit.allCases.first { isWord($0.rawValue.lowercased()) }
    guard let unit else { return nil }
    advance()
    let isBetween = takeWord("between")
    let start = try edge("preceding", isBetween)
    if isBetween { try expectWord("and", "between the ends of the frame") }
    let end = isBetween ? try edge("following", true) : .currentRow
    let isTurned =
      switch (start, end) {
      case (.currentRow, .preceding), (.following, .preceding), (.following, .currentRow): true
      default: false
      }
    if isTurned { throw SQLError("the frame ends before it starts", at: position(from: first)) }
    if isWord("exclude") { throw error("EXCLUDE is not supported") }
    return WindowFrame(unit: unit, start: start, end: end, position: position(from: first))
  }

  /// One end of a frame; `outward` is the word for the side on which it may be unbounded.
  private mutating func edge(
    _ outward: String, _ isBetween: Bool
  ) throws(SQLError) -> WindowFrame.Edge {
    if isWord("unbounded"), isWord("preceding", at: 1) || isWord("following", at: 1) {
      advance()
      try expectWord(outward, "after UNBOUNDED at this end of the frame")
      return .unbounded
    }
    if takeWords("current", "row") { return .currentRow }
    let offset = try expression()
    if takeWord("preceding") { return .preceding(offset) }
    if isBetween, takeWord("following") { return .following(offset) }
    throw unexpected(isBetween ? "PRECEDING or FOLLOWING" : "PRECEDING")
  }
}
