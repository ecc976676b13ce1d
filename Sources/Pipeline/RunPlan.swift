package import Bytes
import CSV
import Columns
import Lake
package import Objects
import Packs
import Query

/// What a run would do now: the files it would take, and the dates it would compute.
package struct RunPlan: Sendable {
  package struct File: Sendable {
    package enum Verdict: String, Sendable {
      /// Its rows would be taken in, those of them that fit.
      case take
      /// Its bytes are in the lake already, or stand before it under another name.
      case known
      /// It does not stand still yet.
      case waiting
      /// Its header lacks a column, or it cannot be read.
      case refuse
    }

    package var table: String
    package var source: String
    package var bytes: Int
    package var verdict: Verdict
    package var reason: String?
    package var rows = 0
    /// The dates of its rows, in days since 1970.
    package var dates: [Int32] = []
  }

  package var lake = ""
  package var pack = ""
  package var version = 0
  package var files: [File] = []
  package var ignored: [String] = []
  /// KPI slots that an earlier run left to be computed: their dates.
  package var staleDates: Set<Int32> = []

  /// The dates that a run would touch.
  package var dates: [Int32] { Set(files.flatMap(\.dates)).union(staleDates).sorted() }

  /// Whether a run would find nothing to do.
  package var isEmpty: Bool { staleDates.isEmpty && !files.contains { $0.verdict != .waiting } }

  package var json: JSON {
    .members([
      "groove": .text("plan"), "lake": .text(lake), "pack": .text(pack),
      "version": .count(version), "files": .list(files.map(\.json)),
      "ignored": .list(ignored.map { .text($0) }),
      "dates": .list(dates.map { .text(Calendar.text(days: $0)) }),
    ])
  }
}

extension RunPlan.File {
  package var json: JSON {
    .members([
      "table": .text(table), "source": .text(source), "bytes": .count(bytes),
      "verdict": .text(verdict.rawValue), "reason": .optional(reason), "rows": .count(rows),
      "dates": .list(dates.map { .text(Calendar.text(days: $0)) }),
    ])
  }
}

extension Pipeline {
  /// Looks at what has arrived and changes nothing. Of each file only the column is read that says
  /// the dates, so that this costs a part of a dry run; rows that a check would reject count.
  package static func plan(
    _ store: any ObjectStore, _ options: RunOptions = RunOptions()
  ) throws(PipelineError) -> RunPlan {
    do {
      let lake = Lake(store)
      let snapshot = try lake.snapshot()
      let choice = try PackChoice.choose(options.pack, snapshot, store)
      let plans = try TablePlan.plans(of: choice.pack)
      let incoming = try Incoming.find(in: store, tables: choice.pack.inputs.map(\.name))
      let attempt = try RunAttempt(lake, options, Progress(), choice.pack, plans, snapshot)
      var plan = RunPlan()
      plan.lake = store.name
      plan.pack = choice.pack.name
      plan.version = snapshot.version
      plan.ignored = incoming.ignored
      plan.staleDates = Set(snapshot.staleSlots.compactMap(\.partition))
      let work = incoming.arrivals
      let looks = try Parallel.map(count: work.count, threads: options.threads) { index in
        try look(at: work[index], attempt)
      }
      var hashes: Set<String> = []
      for (file, hash) in looks {
        var file = file
        if let hash, file.verdict == .take, !hashes.insert(hash + file.table).inserted {
          file = known(file, "its bytes stand here under another name, too")
        }
        plan.files.append(file)
      }
      return plan
    } catch { throw PipelineError(Explanation(describing: error)) }
  }

  private static func known(_ file: RunPlan.File, _ reason: String) -> RunPlan.File {
    RunPlan.File(
      table: file.table, source: file.source, bytes: file.bytes, verdict: .known, reason: reason)
  }

  private static func look(
    at arrival: Incoming.Arrival, _ attempt: RunAttempt
  ) throws -> (file: RunPlan.File, hash: String?) {
    var file = RunPlan.File(
      table: arrival.table, source: arrival.source, bytes: arrival.size, verdict: .take)
    if let reason = try attempt.reasonToWait(arrival) {
      file.verdict = .waiting
      file.reason = reason
      return (file, nil)
    }
    guard let plan = attempt.plans.first(where: { $0.name == arrival.table }) else {
      preconditionFailure("an arrival is for a table of the pack")
    }
    let source = try attempt.lake.store.source(arrival.object)
    do {
      let hash = try dates(of: source, plan, attempt.options, &file)
      if let entry = try attempt.ledger.entry(contentHash: hash, table: plan.name) {
        return (known(file, "its bytes are in the lake already, as \(entry.source)"), nil)
      }
      return (file, hash)
    } catch let error as CSVError where error.isOfInput {
      file.verdict = .refuse
      file.reason = error.explanation.reason
      return (file, nil)
    }
  }

  /// Counts the rows of a file and finds their dates; returns the hash of its content.
  private static func dates(
    of source: any ByteSource, _ plan: TablePlan, _ options: RunOptions, _ file: inout RunPlan.File
  ) throws -> String {
    // All columns are looked for in the header, and only one is read.
    let missing = plan.input.missing(from: try CSVHeader.names(of: source, dialect: plan.dialect))
    if !missing.isEmpty {
      file.verdict = .refuse
      file.reason = "its header lacks \(missing.joined(separator: ", "))"
      return try RunAttempt.hash(of: source).description
    }
    let column = plan.input.partition?.column ?? plan.input.columns[0].name
    guard let declared = plan.input.column(column) else {
      preconditionFailure("a partition is made of a column of its table")
    }
    var readOptions = ReadOptions(columns: [
      InputColumn(
        column, declared.type, hasZone: declared.hasZone, isNullable: declared.isNullable)
    ])
    readOptions.dialect = plan.dialect
    readOptions.threads = 1
    readOptions.takesHash = true
    readOptions.chunkBytes = options.chunkBytes
    var csv = try CSVReader(source, readOptions)
    let expression = try plan.input.partition.map {
      try BoundExpression($0.expression, over: csv.schema)
    }
    var dates: Set<Int32> = []
    while true {
      let batches = try csv.next()
      if batches.isEmpty { break }
      for batch in batches {
        guard let days = try expression?.evaluate(batch.batch),
          case .dates(let values) = days.values
        else { continue }
        var last: Int32?
        for row in values.indices where values[row] != last && !days.isNull(row) {
          last = values[row]
          dates.insert(values[row])
        }
      }
    }
    file.rows = csv.counts.rowsRead
    file.dates = dates.sorted()
    guard let hash = csv.counts.contentHash else {
      preconditionFailure("a reader at the end of its input knows the hash of it")
    }
    return hash.description
  }
}
