/// What a run did in the Prometheus text format, for the textfile collector of its node exporter:
/// one family after the other, each with its help and type before its samples.
package struct RunMetrics {
  private var text = ""

  /// The metrics of a run that ended well.
  package init(_ report: RunReport) {
    head(succeeded: true, report.lake, report.startTime)
    let lake = [("lake", report.lake)]
    family("groove_run_duration_seconds", "How long the last run took.", [(lake, report.seconds)])
    family(
      "groove_lake_version", "The version of the lake after the last run.",
      [(lake, Double(report.versionAfter))])
    let outcomes: [RunReport.FileReport.Outcome] = [.committed, .known, .refused, .waiting]
    family(
      "groove_run_files", "The files that the last run met, by what became of them.",
      outcomes.map { outcome in
        let count = report.files.count { $0.outcome == outcome }
        return (lake + [("outcome", outcome.rawValue)], Double(count))
      })
    let rows = [
      ("read", report.rowsRead), ("kept", report.rowsKept), ("rejected", report.rowsRejected),
      ("duplicate", report.duplicates),
    ]
    family(
      "groove_run_rows", "The rows of the last run; those read are the sum of the others.",
      rows.map { (lake + [("state", $0.0)], Double($0.1)) })
    family(
      "groove_run_bytes_read", "The bytes of CSV that the last run read.",
      [(lake, Double(report.bytesRead))])
    family(
      "groove_run_dates", "The dates that the last run touched.",
      [(lake, Double(report.dates.count))])
    family(
      "groove_run_unmatched_rows", "The rows of the last run whose reference found nothing.",
      report.unmatched.map {
        (lake + [("table", $0.table), ("column", $0.column)], Double($0.rows))
      })
    family(
      "groove_run_table_rows", "The rows that the last run computed, by KPI table.",
      report.tables.map { (lake + [("table", $0.table)], Double($0.rows)) })
    family(
      "groove_run_stage_seconds", "How long each stage of the last run took.",
      report.stages.map { (lake + [("stage", $0.name)], $0.seconds) })
  }

  /// The metrics of a run that failed: that it did, and when.
  package init(failureIn lake: String, at time: Int64) {
    head(succeeded: false, lake, time)
  }

  package var bytes: [UInt8] { Array(text.utf8) }

  private mutating func head(succeeded: Bool, _ lake: String, _ time: Int64) {
    let labels = [("lake", lake)]
    family(
      "groove_run_success", "Whether the last run ended well: 1, or 0.",
      [(labels, succeeded ? 1 : 0)])
    family(
      "groove_run_timestamp_seconds", "When the last run began, in seconds since 1970.",
      [(labels, Double(time) / 1e6)])
  }

  private mutating func family(
    _ name: String, _ help: String, _ samples: [(labels: [(String, String)], value: Double)]
  ) {
    if samples.isEmpty { return }
    text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
    for sample in samples {
      let labels = sample.labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }
      text += "\(name){\(labels.joined(separator: ","))} \(Self.number(sample.value))\n"
    }
  }

  /// A whole number without a point, so that people can read it.
  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
  }

  private static func escaped(_ label: String) -> String {
    label.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}
