// swift-tools-version: 6.1
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
  name: "crashlab",
  products: [
    .executable(name: "crashlab", targets: ["crashlab"]),
    .library(name: "CrashLab", targets: ["CrashLab"]),
    .library(name: "CrashLabText", targets: ["CrashLabText"]),
    .library(name: "CrashLabTesting", targets: ["CrashLabTesting"]),
    .library(name: "CrashLabReporter", targets: ["CrashLabReporter"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
  ],
  targets: [
    // The libraries are named to the linker below: pkg-config may not be installed, and Zydis has no
    // file for it.
    .systemLibrary(name: "CLibunwind", providers: [.apt(["libunwind-dev"])]),
    .systemLibrary(name: "CElfutils", providers: [.apt(["libdw-dev"])]),
    .systemLibrary(name: "CZydis", providers: [.apt(["libzydis-dev"])]),
    // What reads debug information, in a process of its own. Apart, as nothing of it may be called
    // by the harness's signal handler.
    .target(
      name: "CNaming",
      dependencies: ["CElfutils"],
      cSettings: [.define("_GNU_SOURCE")],
      linkerSettings: [
        .linkedLibrary("iberty"), .linkedLibrary("dw"), .linkedLibrary("elf"),
        .linkedLibrary("deflate"),
      ]
    ),
    .target(
      name: "CHarness",
      dependencies: ["CLibunwind", "CZydis"],
      path: "harness",
      exclude: ["bench"],
      cSettings: [.headerSearchPath("."), .define("_GNU_SOURCE")],
      linkerSettings: [
        .linkedLibrary("unwind-generic"), .linkedLibrary("unwind"), .linkedLibrary("Zydis"),
      ]
    ),
    // Values and judgement. Pure: no C, no files.
    .target(name: "CrashLabModel", swiftSettings: strict),
    // What object files say: bytes in, values out.
    .target(
      name: "ObjectFiles", dependencies: ["CrashLabModel", "CHarness"], swiftSettings: strict),
    .target(
      name: "CrashLab",
      dependencies: ["CrashLabModel", "ObjectFiles", "CHarness", "CNaming"],
      swiftSettings: strict
    ),
    // Inside other programs: it depends on the C library alone. `preload` makes a library for
    // LD_PRELOAD of it, which .github/install builds: SwiftPM would link the Swift runtime to it.
    .target(
      name: "CReporter",
      exclude: ["preload"],
      cSettings: [.headerSearchPath("."), .define("_GNU_SOURCE")]
    ),
    .target(name: "CrashLabReporter", dependencies: ["CReporter"], swiftSettings: strict),
    // Reports in words.
    .target(name: "CrashLabText", dependencies: ["CrashLabModel"], swiftSettings: strict),
    .target(
      name: "CHarnessBench",
      dependencies: ["CHarness"],
      path: "harness/bench",
      cSettings: [.headerSearchPath("."), .headerSearchPath(".."), .define("_GNU_SOURCE")]
    ),
    // Switching, benchmarks, statistics and claims.
    .target(
      name: "CrashLabBench",
      dependencies: [
        "CrashLab", "CrashLabText", "CHarnessBench",
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ],
      swiftSettings: strict
    ),
    // The reports' pages. Apart, so that whoever only wants the laboratory links no template engine.
    .target(
      name: "CrashLabPages",
      dependencies: [
        "CrashLab", "CrashLabBench", "CrashLabText",
        .product(name: "Mustache", package: "swift-mustache"),
      ],
      swiftSettings: strict
    ),
    // Expectations for Swift Testing. Apart, so that the laboratory links no test library.
    .target(
      name: "CrashLabTesting", dependencies: ["CrashLab", "CrashLabText"], swiftSettings: strict),
    .target(
      name: "CNativeCases",
      dependencies: ["CHarness"],
      path: "cases/native",
      exclude: ["probed"],
      cSettings: [.define("_GNU_SOURCE")]
    ),
    // Not part of what the CrashLab product depends on, so it may have a flag of its own.
    .target(
      name: "CProbedCases",
      dependencies: ["CHarness"],
      path: "cases/native/probed",
      cSettings: [.unsafeFlags(["-fstack-clash-protection"])]
    ),
    .target(
      name: "Catalogue",
      dependencies: ["CrashLab", "CHarness", "CNativeCases", "CProbedCases"],
      path: "cases",
      exclude: ["native"],
      swiftSettings: strict,
      plugins: ["CataloguePlugin"]
    ),
    // Lists the files of cases while the package is built; nothing links it.
    .plugin(
      name: "CataloguePlugin", capability: .buildTool(), path: "Sources/CataloguePlugin"),
    // What the oracle holds the unwinder against; half of it is built without frame pointers.
    .target(
      name: "CRandomRecursions",
      dependencies: ["CHarness", "CUnframedRecursions"],
      path: "Tests/Programs/RandomRecursions",
      exclude: ["unframed"],
      cSettings: [
        .define("_GNU_SOURCE"), .headerSearchPath("."), .headerSearchPath("../../../harness"),
      ]
    ),
    .target(
      name: "CUnframedRecursions",
      path: "Tests/Programs/RandomRecursions/unframed",
      cSettings: [.unsafeFlags(["-O1", "-Xclang", "-mframe-pointer=none"])]
    ),
    .executableTarget(
      name: "crashlab",
      dependencies: [
        "CrashLab", "CrashLabText", "CrashLabBench", "CrashLabPages", "Catalogue",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict,
      // What a trial's child calls is bound before the fork, and not anew in each child.
      linkerSettings: [.unsafeFlags(["-Xlinker", "-z", "-Xlinker", "now"])]
    ),
    .executableTarget(
      name: "oracle",
      dependencies: [
        "CrashLab", "CRandomRecursions",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Programs/Oracle",
      swiftSettings: strict
    ),
    .target(
      name: "CHostileChildren",
      dependencies: ["CHarness"],
      path: "Tests/Programs/HostileChildren/native",
      cSettings: [.define("_GNU_SOURCE"), .headerSearchPath("../../../../harness")]
    ),
    .executableTarget(
      name: "hostile-children",
      dependencies: ["CrashLab", "CrashLabText", "CHarness", "CHostileChildren"],
      path: "Tests/Programs/HostileChildren",
      exclude: ["native"],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "hostile-machine",
      path: "Tests/Programs/HostileMachine",
      cSettings: [.define("_GNU_SOURCE")]
    ),
    .executableTarget(name: "many-threads", path: "Tests/Programs/ManyThreads"),
    .executableTarget(
      name: "foreign", path: "Tests/Programs/Foreign", cSettings: [.define("_GNU_SOURCE")]),
    .executableTarget(
      name: "reporting", dependencies: ["CrashLabReporter"], path: "Tests/Programs/Reporting",
      swiftSettings: strict),
    // Ends by each kind of refusal that the kernel tells no address of.
    .executableTarget(
      name: "refused", path: "Tests/Programs/Refused", cSettings: [.define("_GNU_SOURCE")]),
    // Measures what `crashlab switch` measures, and shares no code with it.
    .executableTarget(
      name: "futex-ring",
      path: "Tests/Programs/FutexRing",
      cSettings: [.define("_GNU_SOURCE")]
    ),
    // What tests of several targets need.
    .target(name: "TestSupport", path: "Tests/Support", swiftSettings: strict),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "CrashLab", "CrashLabText", "CrashLabBench", "Catalogue", "crashlab", "oracle",
        "hostile-children", "hostile-machine", "many-threads",
        "foreign", "futex-ring", "refused", "reporting", "TestSupport",
      ],
      path: "Tests",
      exclude: [
        "CrashLabPagesTests", "CrashLabTestingTests", "CrashLabTests", "Fuzz", "Keys", "Machines",
        "Mutations", "Programs", "Reported/README.md", "Runs", "Support",
      ],
      sources: ["CommandTests", "Reported"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "CrashLabTests",
      dependencies: [
        "CrashLab", "CrashLabText", "CrashLabBench", "ObjectFiles", "Catalogue", "CHarness",
        "CNaming", "TestSupport",
      ],
      swiftSettings: strict
    ),
    .testTarget(
      name: "CrashLabTestingTests",
      dependencies: ["CrashLab", "CrashLabText", "CrashLabTesting", "CHarness", "foreign"],
      swiftSettings: strict
    ),
    // Every reader of what nobody vouches for; Tests/Fuzz/run gives them to libFuzzer.
    .testTarget(
      name: "FuzzTests",
      dependencies: [
        "CrashLab", "CrashLabText", "CrashLabPages", "ObjectFiles", "CHarness",
      ],
      path: "Tests/Fuzz",
      exclude: ["run", "Fuzz.swift", "report.dict", "corpus", "make-corpus"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "CrashLabPagesTests",
      dependencies: [
        "CrashLab", "CrashLabText", "CrashLabBench", "CrashLabPages", "Catalogue", "TestSupport",
      ],
      swiftSettings: strict
    ),
  ]
)
