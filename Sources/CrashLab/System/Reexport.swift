// Whoever imports the laboratory has its values too.
@_exported public import CrashLabModel
