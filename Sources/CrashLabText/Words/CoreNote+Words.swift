package import CrashLabModel

extension CoreNote {
  package var inWords: String {
    switch self {
    case .missingBytes(let count):
      "the dump lacks its last \(bytesInWords(Int(clamping: count))) (a full disk, or "
        + "`ulimit -c`?): what was there is unknown"
    case .addressComputed:
      "the kernel could not deliver the fault (SI_KERNEL) and tells no address: it was computed "
        + "from the instruction"
    case .mainStackLimitUnknown:
      "a dump does not tell how large the main stack might become: its limit is taken to be where "
        + "it ended"
    case .noSignalInformation:
      "the dump does not tell where it faulted (NT_SIGINFO, Linux 3.9 and newer)"
    case .madeWhileAlive: "no signal ended the process: the dump was made while it lived"
    case .image(let path, let state, let buildId):
      "\(printable(path)) \(state.inWords)\(state.isMissing ? wanted(buildId) : "")"
    }
  }
}

/// How to get a file.
private func wanted(_ buildId: String?) -> String {
  buildId.map {
    " (build identifier \($0): `debuginfod-find executable \($0)` or --sysroot DIR)"
  } ?? ""
}

extension CoreNote.ImageState {
  fileprivate var isMissing: Bool { self == .missing || self == .differs }

  /// The end of a sentence that begins with the file's name.
  fileprivate var inWords: String {
    switch self {
    case .same, .noImage: "was read"
    case .unproved: "is taken for the file that was mapped; the dump can't prove it"
    case .missing: "is not there any more: its frames have no names"
    case .differs: "is not the file that was mapped: its frames have no names"
    }
  }
}
