import Bytes
import Pipeline

/// Says what a run did: what was refused first, since that is what somebody must look at.
struct RunTelling {
  private let report: RunReport
  private let console: Console

  init(_ report: RunReport, _ console: Console) {
    self.report = report
    self.console = console
  }

  func tell(asJSON: Bool) throws {
    if asJSON { return try console.report(report.json) }
    for file in report.files where file.outcome == .refused {
      try console.say("refused \(file.source): \(file.reason ?? "")\(aside(file))")
    }
    for file in report.files where file.outcome != .refused && file.rowsRejected > 0 {
      try tellRejections(of: file)
    }
    for file in report.files where file.outcome == .known {
      try console.say("known already: \(file.source)\(file.reason.map { ", \($0)" } ?? "")")
    }
    for file in report.files where file.outcome == .waiting {
      try console.say("waiting: \(file.source), \(file.reason ?? "")")
    }
    for file in report.files where file.outcome == .committed && file.reason != nil {
      try console.say("\(file.source): \(file.reason ?? "")")
    }
    for object in report.ignored { try console.say("for no table: \(object)") }
    for reference in report.unmatched where reference.rows > 0 {
      try console.say(
        "\(reference.table).\(reference.column): \(Numerals.counted(reference.rows, "row")) "
          + "without a match in \(reference.references)")
    }
    try tellSums()
  }

  private func tellSums() throws {
    let committed = report.files.count { $0.outcome == .committed }
    if report.rowsRead > 0 {
      var parts = ["\(Numerals.grouped(report.rowsRead)) rows read"]
      parts.append("\(Numerals.grouped(report.rowsKept)) kept")
      if report.rowsRejected > 0 {
        parts.append("\(Numerals.grouped(report.rowsRejected)) rejected")
      }
      if report.duplicates > 0 { parts.append(Numerals.counted(report.duplicates, "duplicate")) }
      try console.say(
        "\(Numerals.counted(committed, "file")) taken in: \(parts.joined(separator: ", "))")
    }
    for table in report.tables {
      try console.say("\(table.table): \(Numerals.counted(table.rows, "row"))")
    }
    if report.slotsLeft > 0 {
      try console.say("\(Numerals.counted(report.slotsLeft, "KPI partition")) left for a later run")
    }
    let seconds = max(1e-9, report.seconds)
    var last =
      report.versionAfter == report.versionBefore
      ? "nothing changed, version \(report.versionAfter)"
      : "version \(report.versionBefore) to \(report.versionAfter)"
    if report.isDryRun { last = "dry run, nothing is kept" }
    last += ", \((report.seconds * 100).rounded() / 100) s"
    if report.bytesRead > 0 {
      last += ", \(Numerals.short(Double(report.bytesRead) / seconds, "B/s"))"
    }
    try console.say(last)
  }

  private func tellRejections(of file: RunReport.FileReport) throws {
    let reasons = file.rejectionReasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    var text = "\(file.source): \(Numerals.counted(file.rowsRejected, "row")) rejected"
    if let first = reasons.first {
      text += reasons.count == 1 ? ": " : ", most of them: "
      text += first.key
    }
    try console.say(text + aside(file))
  }

  private func aside(_ file: RunReport.FileReport) -> String {
    file.keptAside.map { " (kept in \($0))" } ?? ""
  }
}
