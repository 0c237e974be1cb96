"""The Kubernetes manifests: sound by Kubernetes' own schemas, and fitting each other."""

import warnings
from typing import Any

import pytest

from app.runtime.environment import STOP_SECONDS
from app.web.server.public import GRACE_SECONDS
from tests.project.deploy.files import INTERNAL, KUBERNETES, documents, values

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of its own dependencies
    import kubernetes_validate

VERSIONS = ("1.30", "1.33")
"""The oldest that is promised, and a newer one."""

KUSTOMIZATION = KUBERNETES / "kustomization.yaml"
RESOURCES = [
    (path.name, resource)
    for path in sorted(KUBERNETES.glob("*.yaml"))
    if path != KUSTOMIZATION
    for resource in documents(path)
]
ROLES = ("collect", "deliver")


def of_kind(kind: str) -> list[dict[str, Any]]:
    """All resources of a kind."""
    return [resource for _, resource in RESOURCES if resource["kind"] == kind]


def pod(role: str) -> dict[str, Any]:
    """The pod that a deployment makes, with its labels."""
    name = f"playrelay-{role}"
    (found,) = (each for each in of_kind("Deployment") if each["metadata"]["name"] == name)
    template: dict[str, Any] = found["spec"]["template"]
    return template


@pytest.mark.parametrize("version", VERSIONS)
def test_each_resource_is_sound(version: str) -> None:
    """No key that Kubernetes does not know, no value of the wrong type, nothing left out."""
    for name, resource in RESOURCES:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            kubernetes_validate.validate(resource, version, strict=True)
        assert name


def test_the_schemas_find_faults() -> None:
    """A misspelt key is one."""
    (service,) = of_kind("Service")
    wrong = {**service, "spec": {**service["spec"], "selektor": {}}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        with pytest.raises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(wrong, VERSIONS[0], strict=True)


def test_kustomize_takes_all_of_them() -> None:
    """The list names each file, and its image is the one that the pods ask for."""
    (file,) = documents(KUSTOMIZATION)
    assert sorted(file["resources"]) == sorted({name for name, _ in RESOURCES})
    (image,) = file["images"]
    assert {*values([pod(role) for role in ROLES], "image")} == {image["name"]}


def test_whatever_selects_pods_finds_some() -> None:
    """Services, budgets, policies and autoscalers name labels and deployments that exist."""
    labels = [pod(role)["metadata"]["labels"] for role in ROLES]
    selectors = [each["spec"]["selector"] for each in of_kind("Service")]
    selectors += [
        each["spec"]["selector"]["matchLabels"] for each in of_kind("PodDisruptionBudget")
    ]
    selectors += [each["spec"]["podSelector"]["matchLabels"] for each in of_kind("NetworkPolicy")]
    for selector in selectors:
        assert any(selector.items() <= each.items() for each in labels), selector
    deployments = {each["metadata"]["name"] for each in of_kind("Deployment")}
    scaled = [each["spec"]["scaleTargetRef"]["name"] for each in of_kind("HorizontalPodAutoscaler")]
    assert sorted(scaled) == sorted(deployments)


@pytest.mark.parametrize("role", ROLES)
def test_a_pod_is_confined_and_may_finish(role: str) -> None:
    """Not root, nothing written, no account token; the grace is longer than the relay takes."""
    spec = pod(role)["spec"]
    (container,) = spec["containers"]
    assert spec["securityContext"]["runAsNonRoot"]
    assert not spec["automountServiceAccountToken"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert container["env"] == [{"name": "PLAYRELAY_ROLE", "value": role}]
    before = float(container["lifecycle"]["preStop"]["exec"]["command"][1])
    assert spec["terminationGracePeriodSeconds"] > before + GRACE_SECONDS + STOP_SECONDS


@pytest.mark.parametrize("role", ROLES)
def test_probes_ask_what_they_mean(role: str) -> None:
    """A store in trouble takes a pod out of the service; only a dead process is restarted."""
    (container,) = pod(role)["spec"]["containers"]
    paths = {
        probe: container[probe]["httpGet"]["path"]
        for probe in ("startupProbe", "livenessProbe", "readinessProbe")
    }
    assert paths == {
        "startupProbe": "/healthz",
        "livenessProbe": "/healthz",
        "readinessProbe": "/readyz",
    }
    assert {container[probe]["httpGet"]["port"] for probe in paths} == {"internal"}


@pytest.mark.parametrize("role", ROLES)
def test_what_is_for_operators_is_on_a_port_that_nothing_publishes(role: str) -> None:
    """Prometheus and the probes ask it; neither a service nor an ingress leads there."""
    (settings,) = of_kind("ConfigMap")
    (container,) = pod(role)["spec"]["containers"]
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    assert ports["internal"] == INTERNAL == int(settings["data"]["PLAYRELAY_INTERNAL_PORT"])
    assert pod(role)["metadata"]["annotations"]["prometheus.io/port"] == str(INTERNAL)
    published = [*values([*of_kind("Service"), *of_kind("Ingress")], "targetPort")]
    assert published == ["http"]


def test_deliver_scales_on_the_inbox() -> None:
    """The deployment scales by the age of the oldest ping, a metric that the relay has."""
    scalers = {
        each["metadata"]["name"]: each["spec"] for each in of_kind("HorizontalPodAutoscaler")
    }
    (metric,) = scalers["playrelay-deliver"]["metrics"]
    assert metric["external"]["metric"]["name"] == "playrelay_inbox_age_seconds"
