extension Suite {
  /// Every suite, in the order of the layers.
  static let all: [Suite] = [
    .bytes,
    .csv,
    .file,
    .kernels,
    .kernelForms,
    .query,
  ]
}
