import Bytes
import Columns
import Kernels
import SQL

/// Carries out a plan.
struct Executor {
  let options: QueryOptions
  let collector = StatisticsCollector()

  /// All rows, in order.
  func frames(_ plan: Plan) throws(QueryError) -> [Frame] {
    let stream = try stream(plan)
    return try Parallel.map(count: stream.count, threads: options.threads) {
      (piece) throws(QueryError) in try stream.read(piece)
    }
  }

  /// All rows as one frame.
  func frame(_ plan: Plan) throws(QueryError) -> Frame {
    Frame.joined(try frames(plan), types: plan.types)
  }

  func stream(_ plan: Plan) throws(QueryError) -> Stream {
    switch plan {
    case .scan(let scan): return try self.scan(scan)
    case .values(let rows, let types): return Stream([try values(rows, types)])
    case .filter(let input, let condition):
      return try stream(input).map { (frame) throws(QueryError) in
        frame.keeping(try condition.selected(frame))
      }
    case .project(let input, let expressions):
      return try stream(input).map { (frame) throws(QueryError) in
        var columns: [Column] = []
        for expression in expressions { columns.append(try expression.column(frame)) }
        return Frame(columns, rowCount: frame.rowCount)
      }
    case .join(let join): return try self.join(join)
    case .aggregate(let aggregation): return Stream(try aggregate(aggregation))
    case .window(let input, let calls):
      return Stream([try windows(calls, over: try frame(input))])
    case .distinct(let input):
      let keys = input.types.enumerated().map { Bound.column($0.offset, $0.element) }
      return Stream(
        try aggregate(Aggregation(input: input, keys: keys, aggregates: [])))
    case .sort(let input, let orders, let limit, let offset):
      return Stream([try sorted(input, orders, limit: limit, offset: offset)])
    case .slice(let input, let limit, let offset):
      return Stream(try slice(input, limit: limit, offset: offset))
    case .union(let inputs):
      var streams: [Stream] = []
      for input in inputs { streams.append(try stream(input)) }
      return Stream.joined(streams)
    }
  }

  private func values(_ rows: [[Bound]], _ types: [DataType]) throws(QueryError) -> Frame {
    var builders = types.map { ColumnBuilder($0) }
    for row in rows {
      for (place, value) in row.enumerated() {
        builders[place].append(try value.evaluate(.oneRow).column.value(at: 0))
      }
    }
    return Frame(builders.map { $0.column() }, rowCount: rows.count)
  }

  private func windows(_ calls: [BoundWindow], over frame: Frame) throws(QueryError) -> Frame {
    var result = frame
    for call in calls {
      var partition: [Column] = []
      for key in call.partitionBy { partition.append(try key.column(frame)) }
      let keys = try sortKeys(call.orderBy, frame)
      let order = WindowOrder(partitionBy: partition, orderBy: keys, rowCount: frame.rowCount)
      let numbers =
        switch call.function {
        case .rowNumber: order.rowNumbers()
        case .rank: order.ranks()
        case .denseRank: order.denseRanks()
        }
      result.columns.append(Column(.bigint, .integers(numbers)))
    }
    return result
  }

  /// Reads only as many pieces as are needed.
  private func slice(_ input: Plan, limit: Int?, offset: Int) throws(QueryError) -> [Frame] {
    let stream = try stream(input)
    var frames: [Frame] = []
    var skipped = 0
    var kept = 0
    for piece in 0..<stream.count {
      if let limit, kept >= limit { break }
      let frame = try stream.read(piece)
      let start = min(frame.rowCount, offset - skipped)
      skipped += start
      let end = min(frame.rowCount, start + (limit.map { $0 - kept } ?? frame.rowCount))
      if start == end { continue }
      kept += end - start
      frames.append(frame.keeping(.rows(Array(UInt32(start)..<UInt32(end)))))
    }
    return frames
  }
}

extension Frame {
  /// Frames of the same columns as one.
  static func joined(_ frames: [Frame], types: [DataType]) -> Frame {
    if frames.count == 1 { return frames[0] }
    let columns = types.indices.map { place in
      concatenate(frames.map { $0.columns[place] }, type: types[place])
    }
    return Frame(columns, rowCount: frames.reduce(0) { $0 + $1.rowCount })
  }
}
