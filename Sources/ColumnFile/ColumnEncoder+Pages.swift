import Bytes
import Columns

/// What worked for the last page of a column, so that it is not tried again with each page.
struct PageHabit: Sendable {
  /// How many pages to go before the choice is made anew.
  var pause = 0
  var asPlanes = false
  var isCompressed = false
  static let pages = 16
}

extension ColumnEncoder {
  /// Writes the rows of a block as one page behind what is in `file`, whose first byte stands at
  /// `start`.
  /// With `exceptions` only those are written, the other rows follow from another column.
  mutating func write(
    _ block: PendingColumn, exceptions: FollowExceptions? = nil, into file: inout [UInt8],
    start: Int
  ) {
    let page: StoredPage
    if block.nulls.count == block.rowCount {
      page = StoredPage([], .nothing, level: nil)
    } else if let exceptions {
      var writer = ByteWriter()
      writeNulls(block, into: &writer)
      exceptions.write(to: &writer)
      page = StoredPage(writer.bytes, .follows, level: options.level)
    } else {
      page = habitualPage(block)
    }
    blocks.append(
      ColumnEntry.Block(page: page.append(to: &file, start: start), zone: zone(block)))
  }

  private mutating func habitualPage(_ block: PendingColumn) -> StoredPage {
    if habit.pause > 0 {
      habit.pause -= 1
      return page(block, asPlanes: habit.asPlanes, compress: habit.isCompressed)
    }
    habit.pause = PageHabit.pages - 1
    habit.asPlanes = false
    var best = page(block, asPlanes: false, compress: true)
    if !block.integers.isEmpty && best.bytes.count > 256 {
      let planes = page(block, asPlanes: true, compress: true)
      // Planes take longer to read, so they must save a twentieth.
      if planes.bytes.count < best.bytes.count - best.bytes.count / 20 {
        best = planes
        habit.asPlanes = true
      }
    }
    habit.isCompressed = best.expandedSize != nil
    return best
  }

  private func page(_ block: PendingColumn, asPlanes: Bool, compress: Bool) -> StoredPage {
    var writer = ByteWriter()
    writeNulls(block, into: &writer)
    let encoding = writeValues(block, asPlanes, into: &writer)
    let level = encoding == .plainText ? options.textLevel : options.level
    return StoredPage(writer.bytes, encoding, level: compress ? level : nil)
  }

  private func writeNulls(_ block: PendingColumn, into writer: inout ByteWriter) {
    if block.nulls.isEmpty { return }
    IntegerEncoder.encodePart(block.nulls.map { Int64($0) }, into: &writer, depth: 2)
  }

  private func writeValues(
    _ block: PendingColumn, _ asPlanes: Bool, into writer: inout ByteWriter
  ) -> Encoding {
    switch (field.type, block.form) {
    case (.double, _):
      return DoubleEncoder.encode(block.doubles, into: &writer)
    case (.text, .codes):
      IntegerEncoder.encodePart(block.integers, into: &writer, depth: 2, asPlanes: asPlanes)
      return .codes
    case (.text, .numbers):
      guard let affix else { preconditionFailure("numbers of texts have an affix") }
      affix.write(to: &writer)
      IntegerEncoder.encodePart(block.integers, into: &writer, depth: 2, asPlanes: asPlanes)
      return .numbered
    case (.text, _):
      return TextEncoder.encodeUnnumbered(block.texts, into: &writer)
    default:
      return IntegerEncoder.encode(block.integers, into: &writer, asPlanes: asPlanes)
    }
  }

  private func zone(_ block: PendingColumn) -> Zone {
    let nullCount = block.nulls.count
    switch (field.type, block.form) {
    case (.double, _): return ZoneMaker.zone(block.doubles, nullCount: nullCount)
    case (.text, .codes):
      if shared != nil || ownTextCount > ZoneMaker.dictionaryLimit {
        return .unknown(nullCount: nullCount)
      }
      return ZoneMaker.zone(codes: block.integers, ownTexts, nullCount: nullCount)
    case (.text, .numbers): return zoneOfNumbers(block, nullCount)
    case (.text, _): return ZoneMaker.zone(block.texts, nullCount: nullCount)
    default: return ZoneMaker.zone(block.integers, field.type, nullCount: nullCount)
    }
  }

  /// Numbers with equally many digits are ordered like their texts.
  private func zoneOfNumbers(_ block: PendingColumn, _ nullCount: Int) -> Zone {
    guard let affix, let first = block.integers.first else {
      return .unknown(nullCount: nullCount)
    }
    let extremes = Extremes(block.integers.span, before: first)
    var low: [UInt8] = []
    var high: [UInt8] = []
    affix.append(extremes.least, to: &low)
    affix.append(extremes.greatest, to: &high)
    guard low.count == high.count, low.count <= ZoneMaker.textLimit else {
      return .unknown(nullCount: nullCount)
    }
    return Zone(
      minimum: .text(String(decoding: low, as: UTF8.self)),
      maximum: .text(String(decoding: high, as: UTF8.self)), nullCount: nullCount, isExact: true)
  }
}
