import Bytes
import Columns
import Kernels

/// CASE and COALESCE: for each row, which of several expressions gives its value.
struct Choice {
  let type: DataType
  let union: CodeUnion

  init(_ type: DataType, _ union: CodeUnion) {
    self.type = type
    self.union = union
  }

  /// The result that all rows have, where the conditions are the same in all of them: a CASE for
  /// plays without a song costs nothing in a block where each has one.
  static func only(
    _ branches: [Bound.Branch], _ otherwise: Bound, _ frame: Frame
  ) throws(QueryError) -> Bound? {
    for branch in branches {
      guard case .isNull = branch.condition else { return nil }
      let truth = try branch.condition.evaluate(frame)
      guard truth.isConstant else { return nil }
      if truth.value == .boolean(true) { return branch.result }
    }
    return otherwise
  }

  /// The result of the first branch whose condition is true.
  func evaluate(
    _ branches: [Bound.Branch], otherwise: Bound, _ frame: Frame
  ) throws(QueryError) -> Operand {
    if let only = try Self.only(branches, otherwise, frame), only.type == type {
      return try only.evaluate(frame)
    }
    if let patched = try patched(branches, otherwise, frame) { return patched }
    let results = branches.map(\.result) + [otherwise]
    let isLazy = results.contains { $0.canFail } || branches.contains { $0.condition.canFail }
    let undecided = UInt8(branches.count)
    precondition(branches.count < 255, "a CASE has at most 254 branches")
    var choice = [UInt8](repeating: undecided, count: frame.rowCount)
    if isLazy {
      for (number, branch) in branches.enumerated() {
        let open = choice.map { $0 == undecided }
        let rows = Selection(open, validity: nil).rows(of: frame.rowCount)
        let part = try frame.keeping(.rows(rows), needed: branch.condition.columns)
        for row in try branch.condition.selected(part).rows(of: rows.count) {
          choice[Int(rows[Int(row)])] = UInt8(number)
        }
      }
    } else {
      // From the last to the first, so that of several the first stays.
      for (number, branch) in branches.enumerated().reversed() {
        mark(&choice, UInt8(number), where: try branch.condition.evaluate(frame))
      }
    }
    if isLazy { return .column(merged(try chosen(results, choice, frame), choice)) }
    if let patched = try patched(results, choice, frame) { return patched }
    return .column(merged(try all(results, frame), choice))
  }

  private func mark(_ choice: inout [UInt8], _ number: UInt8, where truth: Operand) {
    if truth.isConstant {
      if truth.value == .boolean(true) {
        choice = Array(repeating: number, count: choice.count)
      }
      return
    }
    let bits = truth.booleans
    if let validity = truth.column.validity {
      for row in choice.indices where bits[row] && validity[row] { choice[row] = number }
    } else {
      choice = Self.chosen(bits, number, choice)
    }
  }

  /// PERF: a new array is filled in 0.24 ns a row, many at a time; a choice in place is made row by
  /// row and takes 2.0 (Zen 4 VM, 2026-11-25).
  private static func chosen(_ bits: [Bool], _ number: UInt8, _ choice: [UInt8]) -> [UInt8] {
    let (isTrue, before) = (bits.span, choice.span)
    precondition(isTrue.count == before.count, "a condition has a value a row")
    return [UInt8](capacity: before.count) { output in
      for row in before.indices {
        let old = before[row]
        output.append(isTrue[row] ? number : old)
      }
    }
  }

  /// The first value that is not NULL.
  func firstValid(_ operands: [Bound], _ frame: Frame) throws(QueryError) -> Operand {
    var values: [Operand] = []
    var choice = [UInt8](repeating: UInt8(operands.count - 1), count: frame.rowCount)
    var open = Array(UInt32(0)..<UInt32(frame.rowCount))
    precondition(operands.count < 256, "COALESCE has at most 255 arguments")
    for (number, operand) in operands.enumerated() {
      let value: Operand
      if operand.canFail && open.count < frame.rowCount {
        let part = try frame.keeping(.rows(open), needed: operand.columns)
        value = .column(try operand.column(part).scattered(to: open, of: frame.rowCount))
      } else {
        value = try operand.evaluate(frame)
      }
      if number == 0 && (value.isConstant ? !value.isNull : value.column.validity == nil) {
        return value
      }
      values.append(value)
      let validity = value.validity(rowCount: frame.rowCount)
      var stillOpen: [UInt32] = []
      for row in open {
        if validity.map({ $0[Int(row)] }) ?? true {
          choice[Int(row)] = UInt8(number)
        } else {
          stillOpen.append(row)
        }
      }
      open = stillOpen
      if open.isEmpty { break }
    }
    return .column(merged(values, choice))
  }

  private func all(_ results: [Bound], _ frame: Frame) throws(QueryError) -> [Operand] {
    var values: [Operand] = []
    for result in results { values.append(try result.evaluate(frame)) }
    return values
  }

  /// The value of each result for the rows that choose it; NULL in the others.
  private func chosen(
    _ results: [Bound], _ choice: [UInt8], _ frame: Frame
  ) throws(QueryError) -> [Operand] {
    var values: [Operand] = []
    for (number, result) in results.enumerated() {
      let mine = choice.map { $0 == UInt8(number) }
      switch Selection(mine, validity: nil) {
      case .none: values.append(.constant(.null, type))
      case .all: values.append(try result.evaluate(frame))
      case .rows(let rows):
        let part = try frame.keeping(.rows(rows), needed: result.columns)
        values.append(.column(try result.column(part).scattered(to: rows, of: frame.rowCount)))
      }
    }
    return values
  }

  private func merged(_ values: [Operand], _ choice: [UInt8]) -> Column {
    Column(type, mergedValues(values, choice), validity: mergedValidity(values, choice))
  }

  /// PERF: the bits of all operands lie in one array of words, as far apart as each is long: an
  /// operand taken row by row is counted up and down as often. A rebuild of 5 M plays, some of
  /// unknown songs: 1.33 s before, 0.35 s with this (Zen 4 VM, 2026-11-26).
  private func mergedValidity(_ values: [Operand], _ choice: [UInt8]) -> Bitmap? {
    if values.allSatisfy({ $0.column.validity == nil }) { return nil }
    let wordCount = (choice.count + 63) / 64
    var bits: [UInt64] = []
    for value in values {
      let validity = value.validity(rowCount: choice.count)
      bits += validity?.words ?? Array(repeating: ~0, count: wordCount)
    }
    var merged = [UInt64](repeating: 0, count: wordCount)
    for row in choice.indices {
      let word = row &>> 6
      let bit = bits[Int(choice[row]) &* wordCount &+ word] &>> UInt64(row & 63) & 1
      merged[word] |= bit &<< UInt64(row & 63)
    }
    return Bitmap(words: merged, count: choice.count)
  }

  private func mergedValues(_ values: [Operand], _ choice: [UInt8]) -> Column.Values {
    switch type {
    case .boolean: return .booleans(pick(values.map(\.booleans), choice))
    case .date: return .dates(pick(values.map(\.dates), choice))
    case .bigint, .timestamp, .null: return .integers(pick(values.map(\.integers), choice))
    case .hugeint, .decimal: return .wide(pick(values.map(\.wide), choice))
    case .double: return .doubles(pick(values.map(\.doubles), choice))
    case .interval: return .intervals(pick(values.map(\.intervals), choice))
    case .text:
      if let (codes, dictionary) = union.codes(of: values, rowCount: choice.count) {
        return .codes(pick(codes, choice), dictionary)
      }
      let texts = values.map(\.texts)
      var result = TextVector()
      for row in choice.indices {
        let number = Int(choice[row])
        result.append(texts[number].bytes[texts[number].range(values[number].isConstant ? 0 : row)])
      }
      return .texts(result)
    }
  }

  private func pick<T>(_ values: [[T]], _ choice: [UInt8]) -> [T] {
    if values.allSatisfy({ $0.count == 1 }) && choice.count > 1 {
      let constants = values.map { $0[0] }
      return mapped(choice) { constants[Int($0)] }
    }
    let last = values[values.count - 1]
    var result = last.count == 1 ? Array(repeating: last[0], count: choice.count) : last
    for number in values.indices.dropLast() {
      result = put(values[number], UInt8(number), choice, result)
    }
    return result
  }

  private func put<T>(_ values: [T], _ number: UInt8, _ choice: [UInt8], _ result: [T]) -> [T] {
    precondition(result.count == choice.count, "a result has a value a row")
    if values.count == 1 {
      let value = values[0]
      return mapped(choice, result, choice.count) { $0 == number ? value : $1 }
    }
    precondition(values.count == choice.count, "a branch has a value a row")
    return [T](capacity: choice.count) { output in
      for row in choice.indices { output.append(choice[row] == number ? values[row] : result[row]) }
    }
  }
}

extension Selection {
  func rows(of rowCount: Int) -> [UInt32] {
    switch self {
    case .all: Array(UInt32(0)..<UInt32(rowCount))
    case .none: []
    case .rows(let rows): rows
    }
  }
}

/// One dictionary for texts that come as codes of several, remembered for the dictionaries it was
/// made of, so that the blocks of a segment all get the same one.
final class CodeUnion: Sendable {
  private struct Entry {
    let parts: [TextDictionary]
    let dictionary: TextDictionary
    /// For each part, the code in `dictionary` of each of its codes; nil where it is the same.
    let codes: [[UInt32]?]
  }

  private let entries = Lock<[Entry]>([])

  init() {}

  /// The texts of all operands as codes of one dictionary; nil where that costs more than spelling
  /// out the rows.
  func codes(of operands: [Operand], rowCount: Int) -> ([[UInt32]], TextDictionary)? {
    var columns: [([UInt32], TextDictionary)] = []
    var entryCount = 0
    for operand in operands {
      guard case .codes(let codes, let dictionary) = operand.column.values else { return nil }
      columns.append((codes, dictionary))
      if !operand.isConstant { entryCount += dictionary.count }
    }
    if columns.allSatisfy({ $0.1 === columns[0].1 }) { return (columns.map(\.0), columns[0].1) }
    if entryCount > 4 * rowCount { return nil }
    let isConstant = operands.map(\.isConstant)
    let entry = entry(for: columns.map(\.1), isConstant: isConstant)
    var codes: [[UInt32]] = []
    for (number, (own, dictionary)) in columns.enumerated() {
      if let map = entry.codes[number], dictionary.count > 0 {
        codes.append(own.map { map[Int($0)] })
      } else {
        codes.append(own)
      }
    }
    return (codes, entry.dictionary)
  }

  private func entry(for parts: [TextDictionary], isConstant: [Bool]) -> Entry {
    let known = entries.withLock { entries in
      entries.first { entry in
        entry.parts.count == parts.count
          && parts.indices.allSatisfy { place in
            let (one, other) = (entry.parts[place], parts[place])
            // A constant comes with a new dictionary each time, but always says the same.
            return one === other || isConstant[place]
          }
      }
    }
    if let known { return known }
    var table = GroupTable([.text])
    var codes: [[UInt32]?] = []
    for part in parts {
      let texts = Column(.text, .texts(part.texts))
      let own = table.add([texts], rowCount: part.count).ids
      codes.append(own.indices.allSatisfy { own[$0] == $0 } ? nil : own)
    }
    let texts = Operand.column(table.keyColumns()[0]).texts
    return entries.withLock { entries in
      // The segments of a table mostly say the same in dictionaries of their own.
      let same = entries.map(\.dictionary).first { $0.count == texts.count && $0.texts == texts }
      let entry = Entry(parts: parts, dictionary: same ?? TextDictionary(texts), codes: codes)
      entries.append(entry)
      return entry
    }
  }
}
