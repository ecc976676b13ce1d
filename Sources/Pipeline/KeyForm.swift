import Bytes
import ColumnFile
import Columns

/// How the keys of some rows become numbers of 64 bits that are equal if and only if the keys are.
///
/// Each key column is a distance from its least value: of a number, a date, a time, a code of the
/// lake, or the number in a text that is an affix and a number. Times of whole seconds count in
/// seconds. Side by side the distances fill 64 bits or less; where they do not, or where a column
/// is nothing of that kind, there is no form and the keys are those of `RowKeys`.
struct KeyForm: Sendable {
  struct Part: Sendable {
    var least: Int64
    var greatest: Int64
    /// 1, or 1,000,000 where all values are multiples of that.
    var unit: Int64 = 1
    /// What its texts have in common, where it has texts.
    var affix: Affix?
    /// A null is the distance 0, and all values are one further away.
    var hasNull = false
    var width = 0

    fileprivate var steps: UInt64 { UInt64(bitPattern: greatest &- least) / UInt64(unit) }
  }

  let parts: [Part]
  /// The bits of a key.
  let width: Int

  /// The form of the rows of all `pieces`, each given by its key columns.
  init?(_ pieces: [[Column]], _ parts: [RowKeys.Part]) {
    var measured: [Part] = []
    for (index, part) in parts.enumerated() {
      let columns = pieces.lazy.map { $0[index] }.filter { $0.count > 0 }
      guard let part = Self.measure(Array(columns), isShared: part.isShared) else { return nil }
      measured.append(part)
    }
    self.parts = measured
    width = measured.reduce(0) { $0 + $1.width }
    if width > 64 { return nil }
  }

  /// No key is greater.
  var greatestKey: UInt64 { width == 64 ? .max : (1 << UInt64(width)) - 1 }
}

// MARK: - Measuring

extension KeyForm {
  private static func measure(_ columns: [Column], isShared: Bool) -> Part? {
    var part: Part?
    for column in columns {
      guard let found = values(column, isShared: isShared, affix: part?.affix),
        let first = found.values.first
      else { return nil }
      let extremes = Extremes(found.values.span, before: first)
      var known = part ?? Part(least: extremes.least, greatest: extremes.greatest)
      known.least = min(known.least, extremes.least)
      known.greatest = max(known.greatest, extremes.greatest)
      known.hasNull = known.hasNull || column.validity != nil
      if part == nil {
        known.affix = found.affix
        known.unit = column.type == .timestamp ? second : 1
      } else if known.affix != found.affix {
        return nil
      }
      if known.unit == second && !areWholeSeconds(found.values) { known.unit = 1 }
      part = known
    }
    guard var part else { return Part(least: 0, greatest: 0, width: 1) }
    // One distance is a null's, and all of them together fit 64 bits.
    guard part.steps < .max - 1 else { return nil }
    part.width = max(1, BitPacking.width(part.steps + (part.hasNull ? 1 : 0)))
    return part
  }

  private static let second: Int64 = 1_000_000

  private static func areWholeSeconds(_ values: [Int64]) -> Bool {
    for index in values.indices where values[index] % second != 0 { return false }
    return true
  }

  /// The values of a column as numbers, and the affix of its texts; nil where it has no numbers.
  /// A text without the `affix` that is asked for is `noNumber`.
  private static func values(
    _ column: Column, isShared: Bool, affix: Affix?, orNone: Bool = false
  ) -> (values: [Int64], affix: Affix?)? {
    switch column.values {
    case .booleans(let values): return (values.map { $0 ? 1 : 0 }, nil)
    case .dates(let values): return (values.map { Int64($0) }, nil)
    case .integers(let values): return (values, nil)
    case .codes(let codes, _) where isShared: return (codes.map { Int64($0) }, nil)
    case .codes(let codes, let dictionary):
      if let numbers = dictionary.numbers(codes, of: affix) {
        return (numbers, affix ?? dictionary.numbering?.affix)
      }
      return texts(column.spelled, affix, orNone)
    case .texts(let texts): return self.texts(texts, affix, orNone)
    case .wide, .doubles, .intervals: return nil
    }
  }

  private static let noNumber = Int64.min

  private static func texts(
    _ texts: TextVector, _ affix: Affix?, _ orNone: Bool
  ) -> (values: [Int64], affix: Affix?)? {
    guard let affix = affix ?? Affix(sampling: texts) else { return nil }
    if let numbers = affix.numbers(texts) { return (numbers, affix) }
    if !orNone { return nil }
    let bytes = texts.bytes.span
    var numbers = [Int64](repeating: noNumber, count: texts.count)
    for index in numbers.indices {
      let range = texts.range(index)
      let number = affix.number(bytes, range.lowerBound, range.upperBound)
      if number >= 0 { numbers[index] = number }
    }
    return (numbers, affix)
  }
}

// MARK: - Keys

extension KeyForm {
  /// The keys of rows that the form was made for.
  func keys(of columns: [Column], _ parts: [RowKeys.Part]) -> [UInt64] {
    var keys = [UInt64](repeating: 0, count: columns[0].count)
    for (index, column) in columns.enumerated() where column.count > 0 {
      let misfits = add(column, index, isShared: parts[index].isShared, to: &keys)
      precondition(misfits.isEmpty, "a form has a key for each row it was made for")
    }
    return keys
  }

  /// The keys of other rows, without those that are equal to none the form was made for.
  func possibleKeys(of columns: [Column], _ parts: [RowKeys.Part]) -> [UInt64] {
    var keys = [UInt64](repeating: 0, count: columns[0].count)
    var isOut: [Bool]?
    for (index, column) in columns.enumerated() where column.count > 0 {
      for row in add(column, index, isShared: parts[index].isShared, to: &keys) {
        if isOut == nil { isOut = Array(repeating: false, count: keys.count) }
        isOut?[row] = true
      }
    }
    guard let isOut else { return keys }
    var possible: [UInt64] = []
    for row in keys.indices where !isOut[row] { possible.append(keys[row]) }
    return possible
  }

  /// Puts a column's distances below what is in `keys`, and returns the rows that have none.
  private func add(
    _ column: Column, _ index: Int, isShared: Bool, to keys: inout [UInt64]
  ) -> [Int] {
    let part = parts[index]
    let found = Self.values(
      column, isShared: isShared, affix: part.affix, orNone: part.affix != nil)
    guard let found else {
      preconditionFailure("a column has one kind of values in all its batches")
    }
    var misfits: [Int] = []
    if part.unit == Self.second {
      Self.packSeconds(found.values, part, into: &keys, &misfits)
    } else {
      Self.pack(found.values, part, into: &keys, &misfits)
    }
    guard let validity = column.validity else { return misfits }
    misfits.removeAll { !validity[$0] }
    let shift = UInt64(part.width)
    for row in keys.indices where !validity[row] {
      keys[row] = shift < 64 ? (keys[row] &>> shift) &<< shift : 0
      if !part.hasNull { misfits.append(row) }
    }
    return misfits
  }

  private static func pack(
    _ values: [Int64], _ part: Part, into keys: inout [UInt64], _ misfits: inout [Int]
  ) {
    let (least, shift) = (part.least, UInt64(part.width))
    let base: UInt64 = part.hasNull ? 1 : 0
    let range = UInt64(bitPattern: part.greatest &- least)
    for row in keys.indices {
      let distance = UInt64(bitPattern: values[row] &- least)
      if distance > range { misfits.append(row) }
      // What stands at a null may be out of range, and must not reach the bits of other columns.
      keys[row] = keys[row] << shift | ((distance > range ? 0 : distance) &+ base)
    }
  }

  private static func packSeconds(
    _ values: [Int64], _ part: Part, into keys: inout [UInt64], _ misfits: inout [Int]
  ) {
    let (least, shift) = (part.least, UInt64(part.width))
    let base: UInt64 = part.hasNull ? 1 : 0
    let range = UInt64(bitPattern: part.greatest &- least)
    for row in keys.indices {
      let distance = UInt64(bitPattern: values[row] &- least)
      let steps = distance / UInt64(second)
      if distance > range || steps &* UInt64(second) != distance { misfits.append(row) }
      keys[row] = keys[row] << shift | ((distance > range ? 0 : steps) &+ base)
    }
  }
}

// MARK: - Zones

extension KeyForm {
  /// Whether a block with these zones of the key columns may have a key of the form.
  func mayMeet(_ zones: [Zone]) -> Bool {
    zip(parts, zones).allSatisfy { part, zone in
      if part.hasNull && zone.nullCount > 0 { return true }
      guard let least = part.number(zone.minimum), let greatest = part.number(zone.maximum) else {
        return true
      }
      return least <= part.greatest && greatest >= part.least
    }
  }
}

extension KeyForm.Part {
  /// The number of a bound; nil where it says nothing about the numbers.
  fileprivate func number(_ bound: Value?) -> Int64? {
    switch bound {
    case .bigint(let value), .timestamp(let value): return value
    case .date(let value): return Int64(value)
    case .text(let text):
      // Texts are ordered like their numbers where all are equally long.
      guard let affix, let length = length(affix, least), length == self.length(affix, greatest),
        text.utf8.count == length
      else { return nil }
      let bytes = Array(text.utf8)
      let number = affix.number(bytes.span, 0, bytes.count)
      return number < 0 ? nil : number
    default: return nil
    }
  }

  private func length(_ affix: Affix, _ number: Int64) -> Int? {
    guard number >= 0 else { return nil }
    var text: [UInt8] = []
    affix.append(number, to: &text)
    return text.count
  }
}
