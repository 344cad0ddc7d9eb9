import { NodeFS } from '@electric-sql/pglite/nodefs';
import { permissionsOfOthers } from '../../shared/make-private.ts';

type InitArguments = Parameters<NodeFS['init']>;

/** What of Emscripten's file system on a real folder is used here. Modes are those of stat(2). */
interface NodeOperations {
  mknod: (parent: unknown, name: string, mode: number, device: unknown) => unknown;
  setattr: (node: unknown, attributes: { readonly mode?: number }) => void;
}

/**
 * The folder of an embedded database whose files nobody but the owner can read. PostgreSQL in WebAssembly gives its files
 * the mode 0666, whatever the umask of the process.
 */
export class PrivateFolder extends NodeFS {
  override async init(...[database, options]: InitArguments): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(database, options);
    const preRun = emscriptenOpts.preRun as ((module: unknown) => void)[];
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [keepPrivate, ...preRun] } };
  }
}

function keepPrivate(module: unknown): void {
  const { FS } = module as { FS: { filesystems: { NODEFS: { node_ops: NodeOperations } } } };
  const operations = FS.filesystems.NODEFS.node_ops;
  const { mknod, setattr } = operations;
  operations.mknod = (parent, name, mode, device) => mknod(parent, name, mode & ~permissionsOfOthers, device);
  operations.setattr = (node, { mode, ...attributes }) =>
    setattr(node, mode === undefined ? attributes : { ...attributes, mode: mode & ~permissionsOfOthers });
}
