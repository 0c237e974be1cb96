// What HubSpot's command line makes of a project before it uploads it, as JSON:
// `node check.mjs FOLDER`. The schemas of the components come from HubSpot, to accounts alone.
import path from "node:path";
import {
  isKnownPlatformVersion,
  isLegacyProject,
  parseProjectConfig,
  getProjectMetadata,
} from "@hubspot/project-parsing-lib/projects";
import { translate } from "@hubspot/project-parsing-lib/translate";
import { validateUid } from "@hubspot/project-parsing-lib/uid";

const folder = process.argv[2];
const project = parseProjectConfig(folder);
const projectSourceDir = path.join(folder, project.srcDir);
const { components } = await getProjectMetadata(projectSourceDir);
const { intermediateRepresentation, skippedHsMetaFiles } = await translate(
  { projectSourceDir, platformVersion: project.platformVersion, accountId: 1 },
  { skipValidation: true },
);
const nodes = Object.values(intermediateRepresentation.intermediateNodesIndexedByUid);
console.log(
  JSON.stringify({
    isKnown: isKnownPlatformVersion(project.platformVersion),
    isLegacy: isLegacyProject(project.platformVersion),
    apps: components.app.count,
    skipped: skippedHsMetaFiles,
    wrongUids: nodes.map(({ uid }) => validateUid(uid)).filter(Boolean),
    nodes: nodes.map(({ componentType, config }) => ({ componentType, config })),
  }),
);
