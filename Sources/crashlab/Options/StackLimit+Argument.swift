internal import ArgumentParser
internal import CrashLabModel

extension StackLimit: ExpressibleByArgument {
  /// `80%`, or bytes as `ByteCount` takes them.
  public init?(argument: String) {
    if argument.hasSuffix("%") {
      guard let percent = Int(argument.dropLast()), (1...100).contains(percent) else { return nil }
      self = .percent(percent)
    } else {
      guard let bytes = ByteCount(argument: argument)?.bytes, bytes > 0 else { return nil }
      self = .bytes(bytes)
    }
  }
}
