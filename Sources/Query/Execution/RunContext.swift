import Bytes
import Columns
import Kernels

/// What the threads of a run remember for each other: the right sides of joins that are the same in
/// every partition.
final class JoinMemory: Sendable {
  private let sides = Lock<[Int: RightSide]>([:])

  /// The right side of a join that has been made, where it is held.
  func table(_ number: Int) -> JoinTable? {
    if case .table(let table)? = sides.withLock({ $0[number] }) { table } else { nil }
  }

  /// The right side of a join, made by the first who asks.
  func side(
    _ number: Int, _ make: () throws(QueryError) -> RightSide
  ) throws(QueryError) -> RightSide {
    if let known = sides.withLock({ $0[number] }) { return known }
    // Two threads may make it at a time; the first is kept, both are right.
    let made = try make()
    return sides.withLock { sides in
      if let kept = sides[number] { return kept }
      sides[number] = made
      return made
    }
  }
}

/// The rows of shared plans that were worked out for one partition, and the groups of the passes
/// over them.
final class FrameMemory: Sendable {
  private struct Place: Hashable {
    let plan: Int
    let piece: Int
  }

  private struct Content {
    var frames: [Place: (frame: Frame, bytes: Int)] = [:]
    var bytes = 0
    /// By what an aggregation says.
    var groups: [String: Frame] = [:]
  }

  private let content = Lock(Content())
  /// What is not kept is worked out again.
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  func frame(
    _ plan: Int, _ piece: Int, _ make: () throws(QueryError) -> Frame
  ) throws(QueryError) -> Frame {
    let place = Place(plan: plan, piece: piece)
    if let known = content.withLock({ $0.frames[place]?.frame }) { return known }
    let made = try make()
    content.withLock { content in
      let size = made.byteCount
      if content.bytes + size > limit || content.frames[place] != nil { return }
      content.frames[place] = (made, size)
      content.bytes += size
    }
    return made
  }

  /// Lets go of a piece of some plans that nobody will ask for again.
  func forget(_ plans: Set<Int>, _ piece: Int) {
    content.withLock { content in
      for plan in plans {
        let known = content.frames.removeValue(forKey: Place(plan: plan, piece: piece))
        content.bytes -= known?.bytes ?? 0
      }
    }
  }

  func keep(_ groups: Frame, of aggregation: Aggregation) {
    let identity = aggregation.identity
    content.withLock { $0.groups[identity] = groups }
  }

  /// The groups of an aggregation, if a pass has worked them out.
  func groups(of aggregation: Aggregation) -> Frame? {
    if content.withLock({ $0.groups.isEmpty }) { return nil }
    let identity = aggregation.identity
    return content.withLock { $0.groups[identity] }
  }
}

extension Frame {
  /// About how much memory it takes once its columns have been read.
  var byteCount: Int { slots.reduce(0) { $0 + $1.byteCount(rowCount: rowCount) } }
}
