/// A function of Python that an interpreter was at work on, or a run of equal ones.
package struct PythonFrameReport: Sendable, Codable, Hashable {
  /// Qualified.
  package var function: String
  package var file: String
  /// Null where the interpreter itself knows none.
  @Nullable package var line: Int?
  /// How many such frames follow each other.
  package var count: Int

  package init(function: String, file: String, line: Int?, count: Int = 1) {
    self.function = function
    self.file = file
    self.line = line
    self.count = count
  }
}

extension PythonFrameReport {
  /// Of the standard library or an installed package, or part of the interpreter itself.
  package var isOfLibrary: Bool { file.contains("/lib/python3") || file.hasPrefix("<frozen ") }

  /// The frames with neighbours that are equal told once. Pure.
  ///
  /// - Parameter frames: innermost first.
  package static func folded(_ frames: some Sequence<PythonFrameReport>) -> [PythonFrameReport] {
    frames.reduce(into: []) { folded, frame in
      if let last = folded.last, last.function == frame.function, last.file == frame.file,
        last.line == frame.line
      {
        folded[folded.count - 1].count = last.count.plus(frame.count)
      } else {
        folded.append(frame)
      }
    }
  }
}
