/// How a child unwinds its faults.
package enum Unwinding: String, Sendable, CaseIterable {
  /// Repetitions are counted and kept once.
  case folded
  /// libunwind, frame by frame.
  case plain
  case none
  /// Both, compared frame by frame: what differs is an error of the laboratory.
  case oracle
}
