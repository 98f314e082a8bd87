internal import CrashLabModel

/// What is known of a process beside its core dump, as long as it is still there: no dump tells it.
struct CoreRemains {
  /// Of its threads, by their numbers.
  var names: [Int32: String] = [:]
  /// The numbers that threads have in their own pid namespace, where it is another one, by the numbers
  /// that they have here.
  var innerIdentifiers: [Int32: Int32] = [:]
  /// The name of any process; nil if it is not there, or nobody can say.
  var nameOfProcess: (Int32) -> String? = { _ in nil }
  /// The argument list; nil if it could not be read.
  var command: [String]?
  var stackLimit: StackSizeSource.ResourceLimit = .unknown
  /// What the page tables say of ranges in ascending order.
  var scan: ([Range<Address>]) -> PageScan = { _ in PageScan() }
  /// A path of its leads to the same file here.
  var sharesFiles = true
  /// The dump itself is kept.
  var isKept = false
}
