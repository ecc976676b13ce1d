extension Suite {
  /// Every suite, in the order of the layers.
  static let all: [Suite] = [
    .machine,
    .bytes,
    .csv,
    .file,
    .kernels,
    .kernelForms,
    .query,
    .lake,
  ]
}
