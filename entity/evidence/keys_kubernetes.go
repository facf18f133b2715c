package evidence

import "github.com/incidentkit/incidentkit/entity"

// kubernetes adds the keys of clusters and of what is in them. A name in a cluster is unique in its namespace, and the
// namespace in a cluster that is known by its id in a cloud: the id, a slash and the namespace are the Namespace of the
// key. In a cluster that is known by nothing but a name, all names are weak.
func (k *keys) kubernetes(e Evidence) {
	switch e := e.(type) {
	case *KubernetesCluster:
		k.cluster(e)
	case *KubernetesNamespace:
		cluster, name := clusterID(e.Cluster), e.Name
		if cluster == "" && name != "" && e.Cluster != nil && e.Cluster.Name != "" {
			name = e.Cluster.Name + "/" + name
		}
		k.in(entity.TypeKubernetesNamespace, entity.IdentifierName, cluster, name)
	case *KubernetesController:
		name := e.Name
		if name != "" && e.Type != "" {
			name = e.Type + "/" + name
		}
		k.named(entity.TypeKubernetesController, e.Namespace, name)
	case *KubernetesPod:
		k.named(entity.TypeKubernetesPod, e.Namespace, e.Name)
	case *KubernetesSecret:
		k.named(entity.TypeKubernetesSecret, e.Namespace, e.Name)
	case *KubernetesService:
		k.named(entity.TypeKubernetesService, e.Namespace, e.Name)
	case *KubernetesServiceAccount:
		k.named(entity.TypeKubernetesServiceAccount, e.Namespace, e.Name)
	case *Container:
		k.in(entity.TypeContainer, entity.IdentifierContainerID, "", e.ContainerID)
		if e.Pod != nil && e.Pod.Name != "" && e.Name != "" {
			k.named(entity.TypeContainer, e.Pod.Namespace, e.Pod.Name+"/"+e.Name)
		}
	case *ContainerImage:
		k.add(entity.TypeContainerImage, entity.IdentifierImageID, e.ImageID)
		if e.DigestImage != nil {
			k.add(entity.TypeContainerImage, entity.IdentifierImageID, e.DigestImage.ImageID)
		}
	case *ContainerRegistry:
		k.add(entity.TypeContainerRegistry, entity.IdentifierName, e.Registry)
	}
}

// cluster adds the id that the cluster has in its cloud, and its name.
func (k *keys) cluster(c *KubernetesCluster) {
	switch r := c.CloudResource.Evidence.(type) {
	case *AzureResource:
		k.add(entity.TypeKubernetesCluster, entity.IdentifierResourceID, r.ResourceID)
	case *AmazonResource:
		k.add(entity.TypeKubernetesCluster, entity.IdentifierAmazonResourceID, r.AmazonResourceID)
	case *GoogleCloudResource:
		k.add(entity.TypeKubernetesCluster, entity.IdentifierFullResourceName, r.FullResourceName)
	}
	k.add(entity.TypeKubernetesCluster, entity.IdentifierName, c.Name)
}

// clusterID returns the id that a cluster has in its cloud, or "".
func clusterID(c *KubernetesCluster) string {
	if c == nil {
		return ""
	}
	switch r := c.CloudResource.Evidence.(type) {
	case *AzureResource:
		return r.ResourceID
	case *AmazonResource:
		return r.AmazonResourceID
	case *GoogleCloudResource:
		return r.FullResourceName
	}
	return ""
}

// named adds the key of a name in a Kubernetes namespace.
func (k *keys) named(t entity.Type, in *KubernetesNamespace, name string) {
	switch {
	case name == "":
	case in == nil || in.Name == "":
		k.in(t, entity.IdentifierName, "", name)
	default:
		if cluster := clusterID(in.Cluster); cluster != "" {
			k.in(t, entity.IdentifierName, cluster+"/"+in.Name, name)
			return
		}
		name = in.Name + "/" + name
		if in.Cluster != nil && in.Cluster.Name != "" {
			name = in.Cluster.Name + "/" + name
		}
		k.in(t, entity.IdentifierName, "", name)
	}
}
