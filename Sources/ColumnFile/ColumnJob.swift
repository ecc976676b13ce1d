import Bytes
import Columns

/// The writing of one column's blocks of a window: what threads share out.
struct ColumnJob: Sendable {
  var maker: PageMaker
  let zones: ZoneSource
  let blocks: [PendingColumn]
  /// Where the column follows from another, that and the blocks of the other.
  var follower: Follower?
  let sources: [PendingColumn]
  /// Whether these are the first blocks.
  let isFirst: Bool

  struct Result: Sendable {
    var maker: PageMaker
    var follower: Follower?
    var pages: [(page: StoredPage, zone: Zone)]
  }

  func run() -> Result {
    var result = Result(maker: maker, follower: follower, pages: [])
    var exceptions: [FollowExceptions?] = blocks.map { _ in nil }
    if result.follower != nil {
      exceptions = result.follower?.exceptions(of: blocks, from: sources) ?? exceptions
    } else if isFirst {
      result.maker.learn(blocks)
    }
    for (block, exceptions) in zip(blocks, exceptions) {
      let page = result.maker.page(block, exceptions: exceptions)
      result.pages.append((page, zones.of(block)))
    }
    return result
  }
}

/// What the zones of a column's blocks are made from.
struct ZoneSource: Sendable {
  let field: Field
  let affix: Affix?
  /// The texts of the column's codes, where they are not too many.
  let texts: TextVector?

  func of(_ block: PendingColumn) -> Zone {
    let nullCount = block.nulls.count
    switch (field.type, block.form) {
    case (.double, _): return ZoneMaker.zone(block.doubles, nullCount: nullCount)
    case (.text, .codes):
      guard let texts else { return .unknown(nullCount: nullCount) }
      return ZoneMaker.zone(codes: block.integers, texts, nullCount: nullCount)
    case (.text, .numbers): return zoneOfNumbers(block, nullCount)
    case (.text, _): return ZoneMaker.zone(block.texts, nullCount: nullCount)
    default:
      return ZoneMaker.zone(
        block.extremes, of: block.integers, field.type, nullCount: nullCount)
    }
  }

  /// Numbers with equally many digits are ordered like their texts.
  private func zoneOfNumbers(_ block: PendingColumn, _ nullCount: Int) -> Zone {
    guard let affix, let extremes = block.extremes else {
      return .unknown(nullCount: nullCount)
    }
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
