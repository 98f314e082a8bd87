package import CrashLabModel

extension MissingNames {
  /// What is missing and why, for a person.
  package var inWords: String {
    let file = printable(image)
    let lost = hasSymbols ? "only symbols, no lines" : "none"
    return switch reason {
    case .fileMissing: "\(lost) from \(file): the file that was mapped could not be opened"
    case .fileDiffers: "\(lost) from \(file): it is not the file that was mapped"
    case .splitFileMissing:
      "no inlined functions from \(file): a file of its split debug information (.dwo) is missing"
    case .readerEnded:
      "\(lost) from \(file): the reader of its debug information was ended"
        + (signal.map { " by \($0)" } ?? "")
    case .readerTimedOut:
      "\(lost) from \(file): the reader of its debug information took too long"
    case .readerUnclear:
      "\(lost) from \(file): the reader of its debug information gave a malformed answer"
    case .noReader:
      "\(lost) from \(file): the reader of debug information could not be started"
    }
  }
}
