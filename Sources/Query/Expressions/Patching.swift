import Bytes
import Columns
import Kernels

// A CASE of which nearly all rows take the same result, as plays do whose songs are known: that
// result is the answer, but for a few rows, which are computed by themselves and set in it.
//
// PERF: a rebuild of 50 M plays on 30 dates, one in a thousand of an unknown song: 2.3 s before,
// 1.85 s with this and with one CASE for all tables (two threads of a busy Zen 4 VM, 2026-11-27).

extension Choice {
  /// The value in each row, where it is one for the few rows without a partner in a join, and
  /// another for those that have one.
  func patched(
    _ branches: [Bound.Branch], _ otherwise: Bound, _ frame: Frame
  ) throws(QueryError) -> Operand? {
    guard branches.count == 1, case .isNull(let operand, let isNegated) = branches[0].condition,
      let absent = operand.partners(frame)?.absent, absent.count <= frame.rowCount / 8
    else { return nil }
    let (main, other) =
      isNegated ? (branches[0].result, otherwise) : (otherwise, branches[0].result)
    if main.type != type || other.type != type || main.canFail || other.canFail { return nil }
    let value = try main.evaluate(frame).spread(over: frame.rowCount)
    return .column(patched(value, [try patch(absent, other, frame)]))
  }

  private func patch(
    _ rows: [UInt32], _ result: Bound, _ frame: Frame
  ) throws(QueryError) -> Patch {
    let part = try frame.keeping(.rows(rows), needed: result.columns)
    return Patch(rows: rows, column: try result.column(part))
  }

  /// The value in each row, where one result has seven rows of eight; else nil, as for constants,
  /// of which it is quicker to look up each.
  func patched(
    _ results: [Bound], _ choice: [UInt8], _ frame: Frame
  ) throws(QueryError) -> Operand? {
    guard results.allSatisfy({ $0.type == type }), results.contains(where: { !$0.columns.isEmpty })
    else { return nil }
    let rows = results.indices.map { number in
      markedRows(mapped(choice) { $0 == UInt8(truncatingIfNeeded: number) })
    }
    let most = choice.count - choice.count / 8
    guard let main = rows.firstIndex(where: { $0.count >= most }) else { return nil }
    let value = try results[main].evaluate(frame)
    if rows[main].count == choice.count { return value }
    var patches: [Patch] = []
    for (number, result) in results.enumerated() where number != main && !rows[number].isEmpty {
      patches.append(try patch(rows[number], result, frame))
    }
    return .column(patched(value.spread(over: choice.count), patches))
  }

  private func patched(_ column: Column, _ patches: [Patch]) -> Column {
    let validity = patchedValidity(column, patches)
    switch column.values {
    case .booleans(let values):
      return Column(type, .booleans(put(values, patches) { $0.booleans }), validity: validity)
    case .dates(let values):
      return Column(type, .dates(put(values, patches) { $0.dates }), validity: validity)
    case .integers(let values):
      return Column(type, .integers(put(values, patches) { $0.integers }), validity: validity)
    case .wide(let values):
      return Column(type, .wide(put(values, patches) { $0.wide }), validity: validity)
    case .doubles(let values):
      return Column(type, .doubles(put(values, patches) { $0.doubles }), validity: validity)
    case .intervals(let values):
      return Column(type, .intervals(put(values, patches) { $0.intervals }), validity: validity)
    case .codes, .texts:
      return Column(type, patchedTexts(column, patches), validity: validity)
    }
  }

  /// As codes of one dictionary, if all of them are codes; that extends the column's own, so that
  /// its codes stay as they are.
  private func patchedTexts(_ column: Column, _ patches: [Patch]) -> Column.Values {
    let operands = [Operand.column(column)] + patches.map { .column($0.column) }
    if let (codes, dictionary) = union.codes(of: operands, rowCount: column.count) {
      var patched = codes[0]
      for (patch, own) in zip(patches, codes.dropFirst()) {
        for (index, row) in patch.rows.enumerated() { patched[Int(row)] = own[index] }
      }
      return .codes(patched, dictionary)
    }
    let (main, others) = (operands[0].texts, operands.dropFirst().map(\.texts))
    var sources: [Int: (patch: Int, index: Int)] = [:]
    for (number, patch) in patches.enumerated() {
      for (index, row) in patch.rows.enumerated() { sources[Int(row)] = (number, index) }
    }
    var result = TextVector()
    for row in 0..<main.count {
      if let (patch, index) = sources[row] {
        result.append(others[patch].bytes[others[patch].range(index)])
      } else {
        result.append(main.bytes[main.range(row)])
      }
    }
    return .texts(result)
  }

  private func put<T>(
    _ values: [T], _ patches: [Patch], _ own: (Operand) -> [T]
  ) -> [T] {
    var result = values
    for patch in patches {
      let values = own(.column(patch.column))
      for (index, row) in patch.rows.enumerated() { result[Int(row)] = values[index] }
    }
    return result
  }

  private func patchedValidity(_ column: Column, _ patches: [Patch]) -> Bitmap? {
    if column.validity == nil && patches.allSatisfy({ $0.column.validity == nil }) { return nil }
    var validity = column.validity ?? Bitmap(repeating: true, count: column.count)
    for patch in patches {
      for (index, row) in patch.rows.enumerated() {
        validity.set(Int(row), to: !patch.column.isNull(index))
      }
    }
    return validity.setCount == column.count ? nil : validity
  }
}

/// The values of a few rows.
private struct Patch {
  let rows: [UInt32]
  let column: Column
}
