/// The loops under all functions: one value a row out of one or two values a row.
///
/// They are inlined with their bodies, so that a body is compiled into the loop and no closure is
/// called for a row. An operand of one element stands for all rows.

/// The results of `body` for each element; one result for a constant.
@inline(__always)
func mapped<A, R>(_ a: [A], _ body: (A) -> R) -> [R] {
  [R](capacity: a.count) { output in
    for row in a.indices { output.append(body(a[row])) }
  }
}

/// The results of `body` for each of `count` rows.
@inline(__always)
func mapped<A, B, R>(_ a: [A], _ b: [B], _ count: Int, _ body: (A, B) -> R) -> [R] {
  if a.count == count && b.count == count {
    return [R](capacity: count) { output in
      for row in 0..<count { output.append(body(a[row], b[row])) }
    }
  }
  if b.count == 1 && a.count == count {
    let second = b[0]
    return [R](capacity: count) { output in
      for row in 0..<count { output.append(body(a[row], second)) }
    }
  }
  if a.count == 1 && b.count == count {
    let first = a[0]
    return [R](capacity: count) { output in
      for row in 0..<count { output.append(body(first, b[row])) }
    }
  }
  precondition(a.count == 1 && b.count == 1, "operands have a value for each row or one for all")
  let only = body(a[0], b[0])
  return Array(repeating: only, count: count)
}
